import {
  accessRequestTypedData,
  base64ToBytes,
  isHreError,
  purposes,
  type AccessRequest,
  type Leaf,
  type ProvenLeaf,
  type Purpose,
  type Receipt,
} from '@hre/protocol'
import { openRecord, openRecordWithKey, randomBytes32 } from '@hre/vault'
import type { Address, Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { EpochKeys, type EmergencyKeys } from '../epoch-keys.ts'
import { inParallel } from '../parallel.ts'
import { grantedRecordKey } from './granted-record.ts'

/** Records that the gateway let the actor see, under the receipt that says so. */
export interface OpenAccess {
  receipt: Receipt
  records: ProvenLeaf[]
  /** Of a list: where it goes on; null on its last page. */
  next: string | null
}

/** A record in the clear, with the leaf that it was checked against. */
export interface OpenedItem extends ProvenLeaf {
  body: Uint8Array
  mediaType: string
  /** Of the commitment: with it the body can be proven to be what was recorded (E5). Secret like the body. */
  salt: Hex
}

/** Bounds memory, and what one reader asks of a gateway at a time. */
const opensAtOnce = 8
/** Records whose files are asked for together, while those before them are opened. */
const fetchedTogether = 48

/** Signs an access request (A1) to the actor's gateway, or to the one of `organisation`. */
export async function signRequest(
  actor: Actor,
  wish: { patient: Address; purpose: Purpose; records?: readonly Hex[]; organisation?: Address },
): Promise<{ request: AccessRequest; signature: Hex }> {
  const request: AccessRequest = {
    reader: actor.account,
    patient: wish.patient,
    organisation: wish.organisation ?? actor.organisation,
    records: [...(wish.records ?? [])],
    purpose: purposes[wish.purpose],
    nonce: randomBytes32(),
    issuedAt: Math.floor(Date.now() / 1000),
  }
  return { request, signature: await actor.identity.sign(accessRequestTypedData(actor.deployment, request)) }
}

/**
 * Asks to see records; a receipt is written whatever the answer. Without `records`: the first of what is open to the actor, 500
 * at most; `requestPages` goes through all of it.
 *
 * @param wish.cursor - `next` of the page before.
 * @throws HreError `not-found` when refused, and for what does not exist: the two look the same (A5).
 */
export async function requestAccess(
  actor: Actor,
  wish: { patient: Address; purpose: Purpose; records?: readonly Hex[]; limit?: number; cursor?: string },
): Promise<OpenAccess> {
  const { limit, cursor, ...asked } = wish
  return actor.session.call('requestAccess', {
    body: { ...(await signRequest(actor, asked)), limit, cursor },
  })
}

/**
 * All that is open to the actor, page by page: each is an access of its own, with its own receipt (A9), and is asked for when the
 * loop comes to it, so that what is opened at once is opened within the time that a receipt is good for.
 *
 * @throws HreError `not-found` when refused, at once or, when what was open ends meanwhile, on the way.
 */
export async function* requestPages(
  actor: Actor,
  wish: { patient: Address; purpose: Purpose; limit?: number },
): AsyncGenerator<OpenAccess> {
  for (let cursor: string | undefined; ;) {
    const access = await requestAccess(actor, { ...wish, ...(cursor !== undefined && { cursor }) })
    yield access
    if (access.next === null) return
    cursor = access.next
  }
}

/** Everything of a chart that is open to the actor, as leaves with proofs: for who does not open it, or opens it later. */
export async function listRecords(
  actor: Actor,
  wish: { patient: Address; purpose: Purpose },
): Promise<ProvenLeaf[]> {
  const records: ProvenLeaf[] = []
  for await (const page of requestPages(actor, wish)) records.push(...page.records)
  return records
}

/**
 * Fetches and opens records of an access. Each is checked before it is handed out: content id, then the seal, then
 * the commitment of its leaf (E4).
 *
 * @param options.onClosed - told of a record that was let go but that no key of the actor's opens, such as one from
 * before a grant from now on; the others follow. Without it such a record is a failure.
 * @param options.emergency - what trustees released, from `collectReleases`.
 * @throws HreError `not-found`, `peer-unavailable`, `record-damaged`; VaultError when a seal does not open.
 */
export async function* openRecords(
  actor: Actor,
  access: Pick<OpenAccess, 'receipt' | 'records'>,
  options: { onClosed?: (item: ProvenLeaf) => void; emergency?: EmergencyKeys } = {},
): AsyncGenerator<OpenedItem> {
  const keys = new EpochKeys(actor, options.emergency)
  const { receipt, records } = access
  const keyFor = async (item: ProvenLeaf) =>
    keyOf(actor, keys, item.leaf).catch((error: unknown) => {
      if (!options.onClosed || !isHreError(error, 'not-found')) throw error
      options.onClosed(item)
    })
  const open = async (item: ProvenLeaf, small: ReadonlyMap<Hex, Uint8Array>) => {
    const key = await keyFor(item)
    return (
      key && openItem(key, item, small.get(item.leaf.content) ?? (await fetchAlone(actor, receipt, item)))
    )
  }
  let next = fetchTogether(actor, receipt, records.slice(0, fetchedTogether))
  for (let start = 0; start < records.length; start += fetchedTogether) {
    const small = await next
    const end = start + fetchedTogether
    next = fetchTogether(actor, receipt, records.slice(end, end + fetchedTogether))
    // Of who stops here nobody waits for it; who goes on is told.
    next.catch(() => {})
    const opened = await inParallel(records.slice(start, end), opensAtOnce, (item) => open(item, small))
    yield* opened.filter((item) => item !== undefined)
  }
}

/** Those of these files that the gateway gives out together: small ones that it has itself. */
async function fetchTogether(
  actor: Actor,
  { index }: Receipt,
  items: readonly ProvenLeaf[],
): Promise<Map<Hex, Uint8Array>> {
  if (items.length < 2) return new Map()
  const contents = items.map(({ leaf }) => leaf.content)
  const { blobs } = await actor.session
    .call('getBlobs', { params: { receipt: String(index) }, body: { contents } })
    .catch((error: unknown) => {
      // A gateway from before there was this route, or a receipt that is over: the answer for one alone tells.
      if (!isHreError(error, 'not-found')) throw error
      return { blobs: [] }
    })
  return new Map(blobs.map(({ content, sealed }) => [content, base64ToBytes(sealed)]))
}

const fetchAlone = (actor: Actor, receipt: Receipt, { leaf }: ProvenLeaf): Promise<Uint8Array> =>
  actor.session.call('getBlob', { params: { contentId: leaf.content }, query: { receipt: receipt.index } })

type RecordKey = { seed: Uint8Array } | { recordKey: Uint8Array }

async function openItem(key: RecordKey, item: ProvenLeaf, sealed: Uint8Array): Promise<OpenedItem> {
  const { leaf } = item
  const checked = { sealed, contentId: leaf.content, commitment: leaf.commitment }
  const { body, mediaType, salt } =
    'seed' in key
      ? await openRecord({ ...checked, seed: key.seed })
      : await openRecordWithKey({ ...checked, recordKey: key.recordKey })
  return { ...item, body, mediaType, salt }
}

/** The epoch's key where the actor can reach it, else the key of this one record where that was granted (E15). */
async function keyOf(actor: Actor, keys: EpochKeys, leaf: Leaf): Promise<RecordKey> {
  try {
    return { seed: await keys.of(leaf) }
  } catch (error) {
    if (!isHreError(error, 'not-found')) throw error
    return { recordKey: await grantedRecordKey(actor, leaf) }
  }
}
