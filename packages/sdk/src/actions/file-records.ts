import { classifyChart, type CompartmentName, type Resource } from '@hre/fhir'
import {
  batchIdOf,
  commitBatchCall,
  commitOwnCall,
  commitTwoPartyCall,
  encodeManifest,
  hashLeaf,
  hreError,
  isHreError,
  manifestOf,
  recordKinds,
  treeOf,
  type CompartmentView,
  type Leaf,
} from '@hre/protocol'
import { contentIdOf, randomBytes32, sealRecord, signCall } from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { inParallel } from '../parallel.ts'
import { waitForAll, type Applied } from '../submit.ts'
import { compartmentIds } from './chart.ts'
import { listCompartments } from './consent-lists.ts'

/** One item to be sealed and filed. */
export interface NewRecord {
  body: Uint8Array
  mediaType: string
  compartment: CompartmentName
  sensitivity: number
  kind: keyof typeof recordKinds
}

/** A batch on chain: where, and what it holds. */
export interface FiledBatch extends Applied {
  batch: Hex
  leaves: Leaf[]
  sealedBytes: number
}

const uploadsAtOnce = 8

/** FHIR resources as records: compact JSON, filed where they belong, each judged with the others in view. */
export function recordsOfChart(resources: readonly Resource[]): NewRecord[] {
  return classifyChart({ resources }).map(({ compartment, sensitivity, kind }, index) => ({
    body: new TextEncoder().encode(JSON.stringify(resources[index])),
    mediaType: 'application/fhir+json',
    compartment,
    sensitivity,
    kind,
  }))
}

/**
 * Seals records for a patient on this machine, uploads them and commits them in one batch: all are recorded or none.
 *
 * @param options.parties - two registered accounts that sign the batch (R8); the actor, when it is one, has signed with this.
 * @param options.answers - which tests of an order to the actor's organisation these results answer (R19).
 * @param options.onProgress - called after each record is sealed and uploaded.
 * @throws HreError `conflict` where somebody answered one of these tests before, named in `data.by`, `records-withdrawn` for an order
 * that is: nothing was filed. `not-found` or `write-refused` without a write grant, where the patient has no inbox either (C17); `inbox-full`,
 * `blob-missing`: nothing was filed. `operation-timeout`: it is on its way. `outcome-unknown`: the answer was lost; look before it is
 * filed again.
 */
export async function fileRecords(
  actor: Actor,
  options: {
    patient: Address
    records: readonly NewRecord[]
    parties?: readonly [Address, Address]
    answers?: { batch: Hex; records: Hex[] }
    onProgress?: (done: number, of: number) => void
  },
): Promise<FiledBatch> {
  const { patient } = options
  const ids = await mapOf(actor, patient)
  const sealed = await sealAndUpload(actor, { ...options, ids, upload: 'putBlob' })
  return { ...(await commit(actor, sealed.leaves, options)), ...sealed }
}

/**
 * Seals records for the actor's own chart on this machine, uploads them and commits them in one batch (R14): all are added or none.
 * The organisation whose gateway the actor uses keeps the files, and has to have attested them.
 *
 * @param options.onProgress - called after each record is sealed and uploaded.
 * @throws HreError `write-refused` where the chart has no such part; `forbidden`; `payload-too-large`, `own-limit-reached`: nothing was
 * added. `operation-timeout`: it is on its way. `outcome-unknown`: the answer was lost; look before it is added again.
 */
export async function fileOwnRecords(
  actor: Actor,
  options: { records: readonly NewRecord[]; onProgress?: (done: number, of: number) => void },
): Promise<FiledBatch> {
  const { account, deployment, organisation: keeper, session } = actor
  const ids = compartmentIds(actor)
  const sealed = await sealAndUpload(actor, { ...options, patient: account, ids, upload: 'putOwnBlob' })
  const { manifest, ...batch } = batchOf(account, sealed.leaves)
  const operation = await signCall(
    actor.identity,
    deployment,
    commitOwnCall(deployment, { ...batch, manifest: batch.contentId, keeper }),
  )
  const { id } = await session.call('commitOwn', { body: { manifest, operation } }).catch(unanswered)
  const [applied] = await waitForAll(actor, [id]).catch(unanswered)
  return { ...applied!, batch: batchIdOf(account, batch.root), ...sealed }
}

/** Until the commitment was sent nothing was added; from then on silence means neither yes nor no. */
function unanswered(error: unknown): never {
  throw isHreError(error, 'gateway-unreachable') ? hreError('outcome-unknown', {}, error) : error
}

/** What a commitment names. @param organisation - whose batch it is. */
function batchOf(organisation: Address, leaves: readonly Leaf[]) {
  const manifest = manifestOf(organisation, leaves)
  return {
    manifest,
    contentId: contentIdOf(encodeManifest(manifest)),
    root: treeOf(leaves.map(hashLeaf)).root,
    count: leaves.length,
  }
}

interface Place {
  compartment: Hex
  epoch: number
  recipient: Hex
}

/** From names of parts to ids; undefined without a write grant. */
async function mapOf(actor: Actor, patient: Address): Promise<Record<string, Hex> | undefined> {
  try {
    return (await actor.session.call('getCompartmentMap', { params: { patient } })).compartments
  } catch (error) {
    if (isHreError(error, 'not-found')) return undefined
    throw error
  }
}

/** The compartment's present epoch: what is filed now is sealed to it. Whom the patient never met files into the inbox (C17). */
function placeOf(
  record: NewRecord,
  ids: Record<string, Hex> | undefined,
  known: readonly CompartmentView[],
): Place {
  const view = known.find((row) => (ids ? row.compartment === ids[record.compartment] : row.inbox))
  const epoch = view?.epochs.find((row) => row.epoch === view.epoch)
  if (!view || !epoch) throw hreError('write-refused', { compartment: record.compartment })
  return { compartment: view.compartment, epoch: epoch.epoch, recipient: epoch.recipient }
}

/** Seals each on this machine and hands it to the gateway; what waits there is no record before a batch names it. */
async function sealAndUpload(
  actor: Actor,
  options: {
    patient: Address
    records: readonly NewRecord[]
    ids: Record<string, Hex> | undefined
    upload: 'putBlob' | 'putOwnBlob'
    onProgress?: (done: number, of: number) => void
  },
): Promise<Pick<FiledBatch, 'leaves' | 'sealedBytes'>> {
  const { patient, records, ids, upload } = options
  const known = await listCompartments(actor, patient)
  let sealedBytes = 0
  let done = 0
  const leaves = await inParallel(records, uploadsAtOnce, async (record) => {
    const { leaf, sealed } = await sealFor(actor, patient, record, placeOf(record, ids, known))
    await actor.session.call(upload, { params: { contentId: leaf.content }, body: sealed })
    sealedBytes += sealed.length
    options.onProgress?.(++done, records.length)
    return leaf
  })
  return { leaves, sealedBytes }
}

async function sealFor(
  actor: Actor,
  patient: Address,
  record: NewRecord,
  { compartment, epoch, recipient }: Place,
): Promise<{ leaf: Leaf; sealed: Uint8Array }> {
  const { sealed, contentId, commitment } = await sealRecord({
    body: record.body,
    mediaType: record.mediaType,
    recipient: hexToBytes(recipient),
  })
  const leaf: Leaf = {
    patient,
    compartment,
    epoch,
    record: randomBytes32(),
    content: contentId,
    commitment,
    sensitivity: record.sensitivity,
    kind: recordKinds[record.kind],
    author: actor.account,
  }
  return { leaf, sealed }
}

async function commit(
  actor: Actor,
  leaves: Leaf[],
  { parties, answers }: Pick<Parameters<typeof fileRecords>[1], 'parties' | 'answers'>,
): Promise<Applied & { batch: Hex }> {
  const { deployment, identity, session, organisation } = actor
  const { manifest, contentId, root, count } = batchOf(organisation, leaves)
  const call = parties
    ? commitTwoPartyCall(deployment, { root, count, manifest: contentId, parties })
    : commitBatchCall(deployment, root, count, contentId)
  const operation = await signCall(identity, deployment, call)
  const body = { manifest, operation, ...(answers && { answers }) }
  const { id } = await session.call('commitBatch', { body }).catch(unanswered)
  const [applied] = await waitForAll(actor, [id]).catch(unanswered)
  return { ...applied!, batch: batchIdOf(organisation, root) }
}
