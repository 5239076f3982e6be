import { hreError, type ProvenLeaf } from '@hre/protocol'
import { chainThrough, proofFileOf, verifyRecord, type Actor, type VerifiedRecord } from '@hre/sdk'
import type { Hex, OrganisationInfo, Proof } from './api.ts'
import type { Company } from './company.ts'

/** Organisations whose nodes are asked, beside this gateway's. */
const witnessesMax = 3

/**
 * Checks a record against the shared register: recomputed here from the record that was opened, and read through the
 * nodes of several organisations, so that one gateway cannot invent an answer.
 *
 * @throws HreError `not-found` when the register does not have it; `conflict` when two nodes disagree.
 */
export async function verify(actor: Actor, company: Company, proven: ProvenLeaf | undefined): Promise<Proof> {
  if (!proven) throw hreError('not-found')
  const file = proofFileOf(actor.deployment, proven)
  const sessions = (await company.sessions()).sort(
    (a, b) => Number(b.organisation.isHere) - Number(a.organisation.isHere),
  )
  const answers: { organisation: OrganisationInfo; verified: VerifiedRecord }[] = []
  for (const { organisation, session } of sessions.slice(0, 1 + witnessesMax)) {
    const asked = verifyRecord(chainThrough(session), file)
    // This gateway must answer; another that is away is no witness, and no refusal either.
    const verified = organisation.isHere ? await asked : await asked.catch(() => undefined)
    if (verified) answers.push({ organisation, verified })
  }
  const [first] = answers
  if (!first) throw hreError('chain-unavailable')
  const said = ({ verified }: { verified: VerifiedRecord }) => JSON.stringify(verified)
  if (answers.some((answer) => said(answer) !== said(first))) throw hreError('conflict')
  return proofOf(
    company,
    proven,
    first.verified,
    answers.map(({ organisation }) => organisation),
  )
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
