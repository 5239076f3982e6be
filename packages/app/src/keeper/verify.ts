import { hreError, isHreError, type ProofFile, type ProvenLeaf } from '@hre/protocol'
import {
  chainThrough,
  newestBlock,
  proofFileOf,
  verifyRecord,
  type Actor,
  type VerifiedRecord,
} from '@hre/sdk'
import type { Hex, OrganisationInfo, Proof } from './api.ts'
import type { Company } from './company.ts'

/** Organisations whose nodes are asked, beside this gateway's. */
const witnessesMax = 3

/**
 * Checks a record against the shared register: recomputed here from the record that was opened, and read through the
 * nodes of several organisations, so that one gateway cannot invent an answer.
 *
 * @throws HreError `not-found` when no register has it; `gateway-contradicted` when two do not say the same.
 */
export async function verify(actor: Actor, company: Company, proven: ProvenLeaf | undefined): Promise<Proof> {
  if (!proven) throw hreError('not-found')
  const file = proofFileOf(actor.deployment, proven)
  const sessions = (await company.sessions()).sort(
    (a, b) => Number(b.organisation.isHere) - Number(a.organisation.isHere),
  )
  const answers: Answer[] = []
  for (const { organisation, session } of sessions.slice(0, 1 + witnessesMax)) {
    const asked = answerOf(organisation, chainThrough(session), file)
    // This gateway must answer; another that is away is no witness, and no refusal either.
    const answer = organisation.isHere ? await asked : await asked.catch(() => undefined)
    if (answer) answers.push(answer)
  }
  const found = answers.find(({ verified }) => verified)?.verified
  if (!found) throw hreError(answers.length > 0 ? 'not-found' : 'chain-unavailable')
  // A node that has not come as far as the record's block does not contradict: it says nothing yet.
  const told = answers.filter(({ verified, newest }) => verified || newest >= found.block)
  const said = JSON.stringify(found)
  if (told.some(({ verified }) => JSON.stringify(verified) !== said)) throw hreError('gateway-contradicted')
  return proofOf(
    company,
    proven,
    found,
    told.map(({ organisation }) => organisation),
  )
}

interface Answer {
  organisation: OrganisationInfo
  /** Null: that register does not have the record. */
  verified: VerifiedRecord | null
  /** The newest block of that node, where it does not. */
  newest: number
}

async function answerOf(
  organisation: OrganisationInfo,
  chain: ReturnType<typeof chainThrough>,
  file: ProofFile,
): Promise<Answer> {
  try {
    return { organisation, verified: await verifyRecord(chain, file), newest: 0 }
  } catch (error) {
    if (!isHreError(error, 'not-found')) throw error
    return { organisation, verified: null, newest: await newestBlock(chain) }
  }
}

async function proofOf(
  company: Company,
  { leaf, signing }: ProvenLeaf,
  verified: VerifiedRecord,
  witnesses: OrganisationInfo[],
): Promise<Proof> {
  if (!verified.contractAgrees) throw hreError('not-found')
  const accounts = signing ? signing.parties.map(({ account }) => account) : [verified.author]
  return {
    committedAt: verified.committedAt,
    organisation: await company.reader(verified.organisation.toLowerCase() as Hex),
    signers: await Promise.all(accounts.map((account) => company.reader(account.toLowerCase() as Hex))),
    signedByBoth: verified.signedByBoth,
    keeper: verified.keeper && (await company.organisation(verified.keeper.toLowerCase())),
    status: verified.status,
    authorSigned: verified.authorSigned,
    witnesses,
    details: {
      record: leaf.record,
      content: leaf.content,
      commitment: leaf.commitment,
      root: verified.root,
      batch: verified.batch,
      transaction: verified.transaction,
      block: verified.block,
    },
  }
}
