import {
  accessRequestTypedData,
  hreError,
  isHreError,
  purposes,
  type AccessRequest,
  type CompartmentView,
  type Leaf,
  type ProvenLeaf,
  type Purpose,
  type Receipt,
} from '@hre/protocol'
import {
  openBackLink,
  openRecord,
  openRecordWithKey,
  randomBytes32,
  recipientHashOf,
  unwrapEpochSeed,
} from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { base64ToBytes } from '../base64.ts'
import { listCompartments } from './consent.ts'
import { grantedRecordKey } from './record-consent.ts'

/** Records that the gateway let the actor see, under the receipt that says so. */
export interface OpenAccess {
  receipt: Receipt
  records: ProvenLeaf[]
}

/** A record in the clear, with the leaf that it was checked against. */
export interface OpenedItem extends ProvenLeaf {
  body: Uint8Array
  mediaType: string
}

/** Bounds memory, and what one reader asks of a gateway at a time. */
const opensAtOnce = 8

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
 * Asks to see records; a receipt is written whatever the answer. Without `records`: all that is open to the actor.
 *
 * @throws HreError `not-found` when refused, and for what does not exist: the two look the same (A5).
 */
export async function requestAccess(
  actor: Actor,
  wish: { patient: Address; purpose: Purpose; records?: readonly Hex[] },
): Promise<OpenAccess> {
  return actor.session.call('requestAccess', { body: await signRequest(actor, wish) })
}

/**
 * Fetches and opens records of an access. Each is checked before it is handed out: content id, then the seal, then
 * the commitment of its leaf (E4).
 *
 * @throws HreError `not-found`, `peer-unavailable`, `record-damaged`; VaultError when a seal does not open.
 */
export async function* openRecords(actor: Actor, access: OpenAccess): AsyncGenerator<OpenedItem> {
  const seeds = new EpochSeeds(actor)
  for (let start = 0; start < access.records.length; start += opensAtOnce) {
    const group = access.records.slice(start, start + opensAtOnce)
    yield* await Promise.all(group.map((item) => openItem(actor, access.receipt, seeds, item)))
  }
}

async function openItem(
  actor: Actor,
  receipt: Receipt,
  seeds: EpochSeeds,
  item: ProvenLeaf,
): Promise<OpenedItem> {
  const { leaf } = item
  const [sealed, key] = await Promise.all([
    actor.session.call('getBlob', { params: { contentId: leaf.content }, query: { receipt: receipt.index } }),
    keyOf(actor, seeds, leaf),
  ])
  const checked = { sealed, contentId: leaf.content, commitment: leaf.commitment }
  const { body, mediaType } =
    'seed' in key
      ? await openRecord({ ...checked, seed: key.seed })
      : await openRecordWithKey({ ...checked, recordKey: key.recordKey })
  return { ...item, body, mediaType }
}

/** The epoch's seed where the actor can reach it, else the key of this one record where that was granted (E15). */
async function keyOf(
  actor: Actor,
  seeds: EpochSeeds,
  leaf: Leaf,
): Promise<{ seed: Uint8Array } | { recordKey: Uint8Array }> {
  try {
    return { seed: await seeds.of(leaf) }
  } catch (error) {
    if (!isHreError(error, 'not-found')) throw error
    return { recordKey: await grantedRecordKey(actor, leaf) }
  }
}

/** Epoch seeds that the actor can reach: own, or wrapped and then back along the links. Each is fetched once. */
class EpochSeeds {
  readonly #actor: Actor
  readonly #seeds = new Map<string, Promise<Uint8Array>>()
  readonly #compartments = new Map<Address, Promise<CompartmentView[]>>()

  constructor(actor: Actor) {
    this.#actor = actor
  }

  of({ patient, compartment, epoch }: Leaf): Promise<Uint8Array> {
    if (patient === this.#actor.account)
      return Promise.resolve(this.#actor.keyring.epochSeed(compartment, epoch))
    const key = `${patient}|${compartment}|${epoch}`
    const seed = this.#seeds.get(key) ?? this.#reach(patient, compartment, epoch)
    this.#seeds.set(key, seed)
    return seed
  }

  async #reach(patient: Address, compartment: Hex, epoch: number): Promise<Uint8Array> {
    const { account, deployment, keyring, session } = this.#actor
    const { epoch: newest, wrap } = await session.call('getWrap', { params: { patient, compartment } })
    const epochs = await this.#epochsOf(patient, compartment)
    const recipientAt = (number: number) => {
      const row = epochs.find((candidate) => candidate.epoch === number)
      if (!row) throw hreError('not-found', { compartment, epoch: number })
      return row
    }
    let seed = await unwrapEpochSeed({
      wrap: base64ToBytes(wrap),
      readerSeed: keyring.recipientSeed,
      context: {
        chainId: deployment.chainId,
        consent: deployment.consent,
        patient,
        compartment,
        epoch: newest,
        reader: account,
      },
      expectedRecipientHash: recipientHashOf(hexToBytes(recipientAt(newest).recipient)),
    })
    for (let at = newest; at > epoch; at--) {
      const { backLink } = recipientAt(at)
      if (!backLink) throw hreError('not-found', { compartment, epoch })
      seed = openBackLink({
        patient,
        compartment,
        newEpoch: at,
        newSeed: seed,
        backLink: hexToBytes(backLink),
      })
    }
    return seed
  }

  async #epochsOf(patient: Address, compartment: Hex): Promise<CompartmentView['epochs']> {
    const views = this.#compartments.get(patient) ?? listCompartments(this.#actor, patient)
    this.#compartments.set(patient, views)
    return (await views).find((view) => view.compartment === compartment)?.epochs ?? []
  }
}
