import { eq } from 'drizzle-orm'
import {
  accessRequestTypedData,
  hreError,
  permittingDecisions,
  type AccessRequest,
  type peerRoutes,
} from '@hre/protocol'
import { hexToBytes, type Address, type Hex } from 'viem'
import { digestOf } from '../../access/digests.ts'
import { openFiles, ruleOn, ruleOnShown } from '../../access/decide.ts'
import type { StoredLeaf } from '../../access/leaves.ts'
import type { Moment } from '../../access/moments.ts'
import type { Access, StoredReceipt } from '../../access/receipts.ts'
import type { Gateway } from '../../gateway.ts'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { cardEntry } from './findPatient.ts'
import { assertFresh, fetchBlob } from './records.ts'

export const peerHandlers: Handlers<keyof typeof peerRoutes> = {
  async getPeerManifest({ db }, { params }) {
    const [row] = await db.select().from(t.manifests).where(eq(t.manifests.contentId, params.contentId))
    if (!row) throw hreError('not-found')
    return new TextEncoder().encode(row.json)
  },

  async getPeerAttachment({ db }, { params }) {
    const [row] = await db.select().from(t.attachments).where(eq(t.attachments.hash, params.hash))
    if (!row) throw hreError('not-found')
    return hexToBytes(row.bytes)
  },

  async getPeerEmergencyShare({ db }, { account, params }) {
    const [row] = await db
      .select()
      .from(t.emergencyShares)
      .where(eq(t.emergencyShares.sharesHash, params.sharesHash))
    const share = row?.shares.find(({ set, index }) => set.holders[index - 1]!.account === account)
    if (!share) throw hreError('not-found')
    return share
  },

  async findPeerCard(gateway, { body }) {
    const entry = await cardEntry(gateway, body.lookup, body.reader)
    if (!entry) throw hreError('not-found')
    return { entry }
  },

  async releaseToPeer(gateway, { account, params, body, from }) {
    const { blobs, db, deployment, keys, receipts, signatures } = gateway
    const { request, signature, page } = body
    const leaf = await wantedLeaf(db, params.contentId, request, page)
    // Its keeper answers for it. Others rule on what they have a copy of, and write nothing down about what they have not.
    const isOwn = leaf?.keeper === keys.identity.account
    if (leaf && !isOwn && !(await blobs.has(leaf.content))) throw hreError('not-found')
    // The reader asked the gateway that now asks us; a request captured elsewhere is worthless here.
    if (request.organisation !== account) throw hreError('bad-request', { field: 'request.organisation' })
    const moment = await gateway.moments.now()
    const requestHash = digestOf(accessRequestTypedData(deployment, request))
    await signatures.assertDigest(request.reader, requestHash, signature)
    // One receipt for a request, however many files it names; only its first release must be fresh.
    const earlier = await receipts.forwarded(requestHash, account, moment.at)
    if (!earlier) assertFresh(request, moment.at)
    const receipt =
      earlier ??
      (await receiptFor(gateway, { request, requestHash, signature, forwardedBy: account }, moment, page))
    if (!leaf || !permittingDecisions.includes(receipt.decision) || !receipt.records.includes(leaf.record))
      throw hreError('not-found')
    // Decided anew for each file: a revocation after the receipt counts.
    const { content, record } = leaf
    const open = await openFiles(gateway, request, moment, { contents: [content], records: [record] })
    if (open.length === 0) throw hreError('not-found')
    return fetchBlob(gateway, leaf, from, () => Promise.reject(hreError('not-found')))
  },
}

/** The record of this file that the request is about: the patient's, and one of those named or, of a list, shown. */
async function wantedLeaf(
  db: Database,
  content: Hex,
  { patient, records }: AccessRequest,
  page: readonly Hex[],
): Promise<StoredLeaf | undefined> {
  const leaves = await db.select().from(t.leaves).where(eq(t.leaves.content, content))
  const wanted = records.length > 0 ? records : page
  return leaves.find((leaf) => leaf.patient === patient && wanted.includes(leaf.record))
}

/** Rules on all that the reader was shown and writes it down, before the first file is released (A2). */
async function receiptFor(
  gateway: Gateway,
  access: Pick<Access, 'request' | 'requestHash' | 'signature'> & { forwardedBy: Address },
  moment: Moment,
  page: readonly Hex[],
): Promise<StoredReceipt> {
  const { request } = access
  const isList = request.records.length === 0
  const { decision, leaves } = await (isList
    ? ruleOnShown(gateway, request, moment, page)
    : ruleOn(gateway, request, moment))
  const records = leaves.length > 0 ? leaves.map(({ record }) => record) : request.records
  return gateway.receipts.append({ ...access, decision, records, at: moment.at })
}
