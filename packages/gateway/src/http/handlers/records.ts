import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import {
  authoringRoles,
  commitBatchCall,
  commitTwoPartyCall,
  encodeManifest,
  accessRequestTypedData,
  hashLeaf,
  hreError,
  isHreError,
  isPermitting,
  limits,
  nameOf,
  permittingDecisions,
  purposes,
  recordsAbi,
  roles,
  treeOf,
  type AccessRequest,
  type Call,
  type Deployment,
  type Manifest,
  type ProvenLeaf,
  type SignedOperation,
  type recordRoutes,
} from '@hre/protocol'
import { decodeFunctionData, type Address, type Hex } from 'viem'
import { permittedHolders } from '../../access/countries.ts'
import { assertMayDecideFor } from '../../access/delegates.ts'
import { digestOf } from '../../access/digests.ts'
import { openFiles, ruleOn, ruleOnList, type ListRuling } from '../../access/decide.ts'
import type { Place, StoredLeaf } from '../../access/leaves.ts'
import { marksOf } from '../../access/marks.ts'
import { rulingTime, type Moment } from '../../access/moments.ts'
import { acceptAnswer, assertAnswers } from '../../access/orders.ts'
import type { FilePart } from '../../blobs/blobStore.ts'
import { filingRights } from '../../follower/batches.ts'
import type { Gateway } from '../../gateway.ts'
import { copyHoldersAsked, ranked } from '../../peers/ranking.ts'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { cursorAfter, pageOf, placeIn } from '../paging.ts'

export const recordHandlers: Handlers<keyof typeof recordRoutes> = {
  async putBlob(gateway, { account, params, body }) {
    await assertAuthor(gateway, account)
    const bytes = await gateway.blobs.put(params.contentId, body, limits.blobBytesMax)
    return { contentId: params.contentId, bytes }
  },

  async commitBatch(gateway, { account, body }) {
    const { manifest, operation } = body
    await gateway.follower.sync()
    await assertAuthor(gateway, account)
    const json = assertManifest(manifest, operation.operation, {
      author: account,
      organisation: gateway.keys.identity.account,
      callOf: (batch) => commitCall(gateway.deployment, batch, operation.operation),
    })
    await assertMayFile(gateway, account, manifest)
    await assertUploaded(gateway, manifest)
    if (!body.answers) return acceptBatch(gateway, json, operation)
    await assertAnswers(gateway, account, body.answers, manifest)
    return acceptAnswer(gateway, body.answers, { operation, manifest: { contentId: sha256(json), json } })
  },

  async getManifest({ db }, { account, params }) {
    const view = await accountView(db, account)
    if (!view.organisation || nameOf(roles, view.role) !== 'auditor') throw hreError('forbidden')
    const [row] = await db.select().from(t.manifests).where(eq(t.manifests.contentId, params.contentId))
    if (!row) throw hreError('not-found')
    return new TextEncoder().encode(row.json)
  },

  async requestAccess(gateway, { account, body }) {
    const { request, signature } = body
    if (request.records.length > 0 && body.cursor !== undefined)
      throw hreError('bad-request', { field: 'cursor' })
    const after = placeIn('records', body.cursor, 'number', 'number', 'number') as Place | undefined
    const moment = await gateway.moments.now()
    const requestHash = await assertRequest(gateway, account, body, moment)
    const ruling = await ruledOn(gateway, request, moment, { limit: body.limit, after })
    const receipt = await gateway.receipts.append({
      request,
      requestHash,
      signature,
      decision: ruling.decision,
      records: ruling.leaves.length > 0 ? ruling.leaves.map(({ record }) => record) : request.records,
      at: moment.at,
    })
    if (!isPermitting(ruling.decision)) throw hreError('not-found')
    return {
      receipt: gateway.receipts.receiptOf(receipt),
      records: await proven(gateway, ruling.leaves),
      next: ruling.next ? cursorAfter('records', ...ruling.next) : null,
    }
  },

  async getBlob(gateway, { account, marks, params, query, from }) {
    const { contentId } = params
    const receipt = await goodReceipt(gateway, account, query.receipt)
    const { request, signature, records } = receipt
    // Nothing comes after its head, so that nobody can hold it back between the look at the session and this.
    const moment = await gateway.moments.of(marks)
    const [leaf] = await openFiles(gateway, request, moment, { contents: [contentId], records })
    if (!leaf) throw hreError('not-found')
    const page = request.records.length === 0 ? records : []
    return fetchBlob(gateway, leaf, from, async () =>
      gateway.peers.release(await holdersOf(gateway, leaf), contentId, { request, signature, page }),
    )
  },

  async getBlobs(gateway, { account, params, body }) {
    const receipt = await goodReceipt(gateway, account, params.receipt)
    const { request, records } = receipt
    const moment = await gateway.moments.now()
    const leaves = await openFiles(gateway, request, moment, { contents: body.contents, records })
    const blobs: { content: Hex; sealed: string }[] = []
    let room = limits.blobsTogetherBytesMax
    for (const { content } of leaves) {
      const bytesMax = Math.min(room, limits.blobTogetherBytesMax)
      // A damaged one is fetched from elsewhere, or told of, when it is asked for alone.
      const file = await gateway.recentFiles.getSmall(content, bytesMax).catch(unlessDamaged)
      if (!file) continue
      room -= file.length
      blobs.push({ content, sealed: Buffer.from(file).toString('base64') })
    }
    return { blobs }
  },

  async readAccessLog(gateway, { account, body }) {
    const { request, signature } = body
    if (request.records.length > 0) throw hreError('not-found')
    const moment = await gateway.moments.now()
    // Somebody who decides for the patient sees on what (C13). Nobody else learns whether there is such a patient.
    const isDelegate = request.patient !== account && request.purpose === purposes.FAMRQT
    if (isDelegate) await assertMayDecideFor(gateway, account, request.patient)
    else if (request.patient !== account) throw hreError('not-found')
    const requestHash = await assertRequest(gateway, account, body, moment)
    const decision = isDelegate
      ? 'Permitted'
      : (await ruleOnList(gateway, request, moment, { limit: 1 })).decision
    await gateway.receipts.append({ request, requestHash, signature, decision, records: [], at: moment.at })
    if (decision !== 'Permitted') throw hreError('not-found')
    // What this reading adds stands behind the first page's end, so that reading on comes to one.
    const [after, through] = (placeIn('accesses', body.cursor, 'number', 'number') ?? []) as number[]
    const found = await gateway.receipts.ofPatient(request.patient, { after, through, limit: body.limit + 1 })
    const last = through ?? (await gateway.receipts.lastIndex())
    const { rows, next } = pageOf(found, body.limit, ({ receipt }) =>
      cursorAfter('accesses', receipt.index, last),
    )
    return { accesses: rows, next }
  },
}

/** The receipt by which an account may have files, if it is that. @throws HreError `not-found`. */
async function goodReceipt(gateway: Gateway, account: Address, index: number) {
  const receipt = await gateway.receipts.get(index)
  const isGood =
    receipt?.reader === account &&
    receipt.forwardedBy === null &&
    permittingDecisions.includes(receipt.decision) &&
    receipt.at + limits.releaseSecondsMax > rulingTime(gateway)
  if (!isGood) throw hreError('not-found')
  return receipt
}

function unlessDamaged(error: unknown): undefined {
  if (!isHreError(error, 'record-damaged')) throw error
}

/** Rules on a request: on the records that it names, which are shown whole, or on a page of the list. */
async function ruledOn(
  gateway: Gateway,
  request: AccessRequest,
  moment: Moment,
  page: { limit: number; after: Place | undefined },
): Promise<ListRuling> {
  if (request.records.length === 0) return ruleOnList(gateway, request, moment, page)
  return { ...(await ruleOn(gateway, request, moment)), next: undefined }
}

/** Checks a signed request (A1). A key that was replaced in the newest block of the moment signs nothing. @returns its hash. */
async function assertRequest(
  gateway: Gateway,
  account: Address,
  { request, signature }: { request: AccessRequest; signature: Hex },
  { at }: Moment,
): Promise<Hex> {
  const { keys, signatures, deployment } = gateway
  if (request.reader !== account) throw hreError('signature-invalid', { reason: 'reader' })
  if (request.organisation !== keys.identity.account)
    throw hreError('bad-request', { field: 'request.organisation' })
  assertFresh(request, at)
  const requestHash = digestOf(accessRequestTypedData(deployment, request))
  await signatures.assertDigest(request.reader, requestHash, signature)
  return requestHash
}

/** A1: at most five minutes old, at most one ahead. */
export function assertFresh(request: AccessRequest, now: number): void {
  const age = now - request.issuedAt
  if (age > limits.accessRequestAgeSecondsMax || -age > limits.accessRequestAheadSecondsMax)
    throw hreError('request-stale', { ageSeconds: age })
}

/**
 * A sealed file from here or, when it is not here or damaged, from where it is.
 *
 * @throws HreError `record-damaged` when no intact copy can be had, else that of the other gateway.
 */
export async function fetchBlob(
  { recentFiles, keys, log }: Pick<Gateway, 'recentFiles' | 'keys' | 'log'>,
  leaf: StoredLeaf,
  from: number,
  elsewhere: () => Promise<Uint8Array>,
): Promise<FilePart | Uint8Array> {
  const here = await recentFiles.get(leaf.content, from).catch((error: unknown) => {
    if (!isHreError(error, 'record-damaged')) throw error
    log.error({ contentId: leaf.content }, 'a stored file does not match its content id')
    if (leaf.keeper === keys.identity.account) throw error
    return undefined
  })
  if (here) return here
  if (leaf.keeper === keys.identity.account) throw hreError('record-damaged', { contentId: leaf.content })
  return elsewhere()
}

/** Who may have a sealed file: its keeper, then those that come first to hold a copy (P6). */
async function holdersOf({ db, keys }: Gateway, { content, keeper }: StoredLeaf): Promise<Address[]> {
  const permitted = await permittedHolders(db, content)
  const others = permitted.filter((holder) => holder !== keeper && holder !== keys.identity.account)
  return [keeper, ...ranked(content, others).slice(0, copyHoldersAsked)]
}

/** Leaves with proofs and marks. */
async function proven({ db, blockCache, trees }: Gateway, leaves: StoredLeaf[]): Promise<ProvenLeaf[]> {
  const marks = await marksOf({ db, blockCache }, leaves)
  return Promise.all(
    leaves.map(async (stored) => {
      const { batch, position, organisation, leafHash: _leafHash, keeper: _keeper, ...leaf } = stored
      const proof = (await trees.of(batch)).proof(position)
      return { leaf, organisation, batch, proof, ...marks(stored) }
    }),
  )
}

async function assertAuthor({ db, blockCache, keys }: Gateway, account: Address): Promise<void> {
  const view = await blockCache.read(`account ${account}`, () => accountView(db, account))
  const mayAuthor = account === view.organisation || authoringRoles.some((role) => roles[role] === view.role)
  if (view.organisation !== keys.identity.account || !mayAuthor) throw hreError('forbidden')
}

/**
 * The manifest is what the operation commits to, every leaf by this author (R4, R5).
 *
 * @param expected.callOf - the call that commits such a batch.
 * @returns its JSON.
 */
export function assertManifest(
  manifest: Manifest,
  operation: { account: Address; target: Address; data: Hex },
  expected: {
    author: Address
    organisation: Address
    callOf: (batch: { root: Hex; count: number; manifest: Hex }) => Call
  },
): string {
  const { author: account, organisation } = expected
  const json = new TextDecoder().decode(encodeManifest(manifest))
  const { root } = treeOf(manifest.leaves.map(hashLeaf))
  const call = expected.callOf({ root, count: manifest.leaves.length, manifest: sha256(json) })
  const fits =
    operation.account === account &&
    operation.target === call.target &&
    operation.data === call.data &&
    manifest.organisation === organisation &&
    manifest.leaves.every(({ author }) => author === account)
  if (!fits) throw hreError('manifest-invalid')
  const records = new Set(manifest.leaves.map(({ record }) => record))
  if (records.size < manifest.leaves.length)
    throw hreError('manifest-invalid', { reason: 'two leaves with one record id' })
  return json
}

/** The call that commits this batch, with the two parties that the operation names, if it names any (R3, R8). */
function commitCall(
  deployment: Deployment,
  batch: { root: Hex; count: number; manifest: Hex },
  { data }: { data: Hex },
): Call {
  const [, , , first, second] = argumentsOfCommitTwoParty(data) ?? []
  return first && second
    ? commitTwoPartyCall(deployment, { ...batch, parties: [first, second] })
    : commitBatchCall(deployment, batch.root, batch.count, batch.manifest)
}

function argumentsOfCommitTwoParty(data: Hex) {
  try {
    const { functionName, args } = decodeFunctionData({ abi: recordsAbi, data })
    return functionName === 'commitTwoParty' ? args : undefined
  } catch {
    return undefined
  }
}

export async function assertMayFile(gateway: Gateway, author: Address, manifest: Manifest): Promise<void> {
  const behindAll = { at: rulingTime(gateway), block: Number.MAX_SAFE_INTEGER, logIndex: 0 }
  const may = filingRights(gateway.db, { organisation: manifest.organisation, author }, behindAll)
  for (const leaf of manifest.leaves) {
    const { patient, compartment, epoch } = leaf
    const right = await may(leaf)
    if (right === 'none') throw hreError('write-refused', { patient, compartment, epoch })
    if (right === 'inbox full')
      throw hreError('inbox-full', { patient, recordsPerDayMax: limits.inboxRecordsPerDayMax })
  }
}

/** Keeps the manifest and hands the operation to the relay: both, or neither (G3). */
export async function acceptBatch(
  { db, relay }: Gateway,
  json: string,
  operation: SignedOperation,
): Promise<{ id: Hex }> {
  await relay.assertAcceptable([operation])
  await db
    .insert(t.manifests)
    .values({ contentId: sha256(json), json })
    .onConflictDoNothing()
  const [id] = await relay.accept([operation])
  return { id: id! }
}

export async function assertUploaded({ blobs }: Gateway, manifest: Manifest): Promise<void> {
  const missing: Hex[] = []
  for (const { content } of manifest.leaves) if (!(await blobs.keep(content))) missing.push(content)
  if (missing.length > 0)
    throw hreError('blob-missing', { missing: missing.slice(0, 100), count: missing.length })
}

const sha256 = (text: string): Hex => `0x${createHash('sha256').update(text).digest('hex')}`
