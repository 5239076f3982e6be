import { eq } from 'drizzle-orm'
import { accessRequestTypedData, hashAccessRequest, hreError, type peerRoutes } from '@hre/protocol'
import { hexToBytes } from 'viem'
import { ruleOn } from '../../access/decide.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { assertFresh, fetchBlob } from './records.ts'

const unixNow = () => Math.floor(Date.now() / 1000)

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

  async releaseToPeer(gateway, { account, params, body }) {
    const { db, deployment, follower, receipts, signatures } = gateway
    const { request, signature } = body
    // The reader asked the gateway that now asks us; a request captured elsewhere is worthless here.
    if (request.organisation !== account) throw hreError('bad-request', { field: 'request.organisation' })
    await signatures.assertSigned(request.reader, accessRequestTypedData(deployment, request), signature)
    await follower.sync()
    const now = unixNow()
    const requestHash = hashAccessRequest(deployment, request)
    // One receipt for a request, however many files it names; only its first release must be fresh.
    const earlier = await receipts.forwarded(requestHash, account, now)
    if (!earlier) assertFresh(request)
    const ruling = await ruleOn(db, request, now)
    const records = ruling.leaves.length > 0 ? ruling.leaves.map(({ record }) => record) : request.records
    if (!earlier)
      await receipts.append({
        request,
        signature,
        decision: ruling.decision,
        records,
        at: now,
        forwardedBy: account,
      })
    const leaf = ruling.leaves.find(({ content }) => content === params.contentId)
    if (!leaf) throw hreError('not-found')
    return fetchBlob(gateway, leaf, () => Promise.reject(hreError('not-found')))
  },
}
