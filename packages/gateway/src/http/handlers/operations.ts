import { createHash } from 'node:crypto'
import { hreError, limits, type operationRoutes } from '@hre/protocol'
import { bytesToHex } from 'viem'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

export const operationHandlers: Handlers<keyof typeof operationRoutes> = {
  async submitOperations({ db, relay }, { body }) {
    const attachments = body.attachments.map((text) => Buffer.from(text, 'base64'))
    const named = body.operations.map(({ operation }) => operation.data).join('')
    for (const bytes of attachments) {
      if (bytes.length > limits.attachmentBytesMax)
        throw hreError('payload-too-large', { bytesMax: limits.attachmentBytesMax })
      // Only what an operation names by hash: a gateway is not a stranger's storage.
      if (!named.includes(sha256(bytes).slice(2))) throw hreError('bad-request', { field: 'attachments' })
    }
    await relay.assertAcceptable(body.operations)
    // Before the operations: whoever sees a grant on chain finds its wrap here.
    if (attachments.length > 0)
      await db
        .insert(t.attachments)
        .values(attachments.map((bytes) => ({ hash: sha256(bytes), bytes: bytesToHex(bytes) })))
        .onConflictDoNothing()
    return { ids: await relay.accept(body.operations) }
  },
  async getOperation({ relay, follower }, { params, query }) {
    const status = await relay.statusOf(params.id, query.waitSeconds)
    if (!status) throw hreError('not-found')
    // "Applied" means that this gateway shows it, too.
    if (status.block !== null && status.block > follower.cursor.block) await follower.sync()
    return status
  },
}

const sha256 = (bytes: Uint8Array) => `0x${createHash('sha256').update(bytes).digest('hex')}` as const
