import { hreError, proofFileSchema, type ProofFile } from '@hre/protocol'
import {
  chainThrough,
  checkLogs,
  emergencyWords,
  listEmergencies,
  newestBlock,
  proveBatch,
  readBlock,
  reviewEmergency,
} from '@hre/sdk'
import { staffEmergency } from './administration.ts'
import type { Hex, OrganisationInfo } from './api.ts'
import type { AuditDesk } from './desk-api.ts'
import type { Present } from './keeper.ts'
import { verify } from './verify.ts'

const blocksShown = 12
/** Organisations whose nodes are asked for the same block, beside this gateway's. */
const witnessesMax = 3

/** Those who check what others did: they see everything but what is sealed. */
export function auditDesk({ actor, company }: Present): AuditDesk {
  const { deployment } = actor
  const chain = chainThrough(actor.session)

  /** Whose nodes have this block as ours has it. One that does not answer says nothing. */
  async function witnessesOf(number: number, hash: Hex) {
    const agree: OrganisationInfo[] = []
    const differ: OrganisationInfo[] = []
    const others = (await company.sessions()).filter(({ organisation }) => !organisation.isHere)
    await Promise.all(
      others.slice(0, witnessesMax).map(async ({ organisation, session }) => {
        const block = await chainThrough(session)
          .getBlock({ blockNumber: BigInt(number) })
          .catch(() => undefined)
        if (block) (block.hash === hash ? agree : differ).push(organisation)
      }),
    )
    const here = await company.organisation(actor.organisation)
    return { agree: here ? [here, ...agree] : agree, differ }
  }

  return {
    async toReview() {
      const emergencies = await listEmergencies(actor, 'review')
      return Promise.all(emergencies.map((emergency) => staffEmergency(company, emergency)))
    },
    async wordsOf(declaration) {
      const { reason, report, statement } = await emergencyWords(actor, declaration)
      return {
        reason: reason?.text ?? null,
        report: report?.text ?? null,
        statement: statement?.text ?? null,
      }
    },
    async review(finding) {
      await reviewEmergency(actor, finding)
      return null
    },
    async blocks(from) {
      const first = from ?? (await newestBlock(chain))
      const numbers = Array.from({ length: blocksShown }, (_, index) => first - index)
      const shown = numbers.filter((number) => number >= deployment.block)
      return Promise.all(
        shown.map(async (number) => {
          const { header, operations } = await readBlock(chain, deployment, number)
          return { number, at: header.timestamp, operations: operations.length }
        }),
      )
    },
    async block(number) {
      const { header, operations, others } = await readBlock(chain, deployment, number)
      const acts = await Promise.all(
        operations.map(async ({ account, ...operation }) => ({
          ...operation,
          signer: await company.reader(account as Hex),
        })),
      )
      return { header, acts, others, ...(await witnessesOf(number, header.hash)) }
    },
    async proofsOf(manifest) {
      const files = await proveBatch(actor, manifest)
      return files.map((file) => ({
        record: file.leaf.record as Hex,
        text: `${JSON.stringify(file, null, 2)}\n`,
      }))
    },
    async checkProof(text) {
      const { deployment: claimed, organisation, leaf, proof } = parsed(text)
      // A forger's file names a forger's contracts.
      if (claimed.records !== deployment.records || claimed.chainId !== deployment.chainId)
        throw hreError('not-found')
      const proven = { organisation, leaf, proof, signing: null, successor: null, status: 'live' } as const
      return verify(actor, company, { ...proven, batch: leaf.record })
    },
    async checkLogs() {
      const logs = await checkLogs(chain, deployment)
      return Promise.all(
        logs.map(async ({ organisation, ...log }) => ({
          ...log,
          organisation: await company.organisation(organisation),
        })),
      )
    },
    async integrity() {
      const { rounds, findings } = await actor.session.call('getIntegrity', {})
      return {
        rounds: rounds.map(({ id, startedAt, finishedAt, files, repaired, unrepaired }) => ({
          id,
          startedAt,
          finishedAt,
          files,
          repaired,
          unrepaired,
        })),
        damaged: findings.map(({ content, result, foundAt, repaired }) => ({
          content: content as Hex,
          isMissing: result === 'missing',
          foundAt,
          isRepaired: repaired,
        })),
      }
    },
  }
}

/** @throws HreError `manifest-invalid` for what is no proof file. */
function parsed(text: string): ProofFile {
  try {
    return proofFileSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw hreError('manifest-invalid', {}, cause)
  }
}
