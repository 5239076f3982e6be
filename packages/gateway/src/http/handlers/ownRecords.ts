import { and, eq, inArray, ne } from 'drizzle-orm'
import {
  batchIdOf,
  commitOwnCall,
  hashLeaf,
  hreError,
  treeOf,
  type Manifest,
  type ownRecordRoutes,
} from '@hre/protocol'
import type { Address } from 'viem'
import { filedByOthers } from '../../follower/batches.ts'
import type { Gateway } from '../../gateway.ts'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { acceptBatch, assertManifest, assertMayFile, assertUploaded } from './records.ts'

/** What patients add to their own charts (R14, G40). */
export const ownRecordHandlers: Handlers<keyof typeof ownRecordRoutes> = {
  async putOwnBlob(gateway, { account, params, body, announcedBytes }) {
    const { blobs, db, ownUploads } = gateway
    const { contentId } = params
    await assertOwnPatient(gateway, account)
    if ((await filedByOthers(db, account, [contentId])).length > 0) throw hreError('forbidden')
    const bytesMax = await ownUploads.reserve(account, contentId, announcedBytes)
    let bytes = 0
    try {
      bytes = await blobs.put(contentId, body, bytesMax)
    } finally {
      await ownUploads.settle(account, contentId, bytes)
    }
    return { contentId, bytes }
  },

  async commitOwn(gateway, { account, body }) {
    const { manifest, operation } = body
    await gateway.follower.sync()
    await assertOwnPatient(gateway, account)
    const keeper = gateway.keys.identity.account
    const json = assertManifest(manifest, operation.operation, {
      author: account,
      organisation: account,
      callOf: (batch) => commitOwnCall(gateway.deployment, { ...batch, keeper }),
    })
    if (!manifest.leaves.every(({ patient }) => patient === account)) throw hreError('manifest-invalid')
    await assertMayFile(gateway, account, manifest)
    await assertFilesNew(gateway, account, manifest)
    await assertUploaded(gateway, manifest)
    return acceptBatch(gateway, json, operation)
  },
}

/** A gateway keeps for those whom its organisation knows: everybody's disk is not everybody's. */
async function assertOwnPatient({ db, keys }: Gateway, account: Address): Promise<void> {
  const view = await accountView(db, account)
  const known = await db
    .select()
    .from(t.attestations)
    .where(and(eq(t.attestations.patient, account), eq(t.attestations.organisation, keys.identity.account)))
  if (!view.patient || known.length === 0) throw hreError('forbidden')
}

/** Each record brings a file of its own, uploaded by this patient (G40): nobody files what somebody else, or they, filed before. */
async function assertFilesNew(
  { db, ownUploads }: Gateway,
  account: Address,
  { leaves }: Manifest,
): Promise<void> {
  const contents = leaves.map(({ content }) => content)
  if (new Set(contents).size < contents.length)
    throw hreError('manifest-invalid', { reason: 'two leaves with one file' })
  const missing = await ownUploads.missing(account, contents)
  if (missing.length > 0)
    throw hreError('blob-missing', { missing: missing.slice(0, 100), count: missing.length })
  // Handed in once more, it is the same batch.
  const batch = batchIdOf(account, treeOf(leaves.map(hashLeaf)).root)
  const filed = await db
    .select({ content: t.leaves.content })
    .from(t.leaves)
    .where(and(inArray(t.leaves.content, contents), ne(t.leaves.batch, batch)))
  if (filed.length > 0) throw hreError('manifest-invalid', { reason: 'a file that is filed already' })
}
