import {
  base64ToBytes,
  hreError,
  type CompartmentView,
  type Leaf,
  type RouteOutput,
  type Routes,
} from '@hre/protocol'
import {
  epochKeyFor,
  isWrapFromNowOn,
  openBackLink,
  recipientHashOf,
  unwrapEpochKey,
  unwrapEpochSeed,
  unwrapStaffWrap,
  type OpenedWrap,
} from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import { listCompartments } from './actions/consent-lists.ts'
import type { Actor } from './actor.ts'

type HeldWrap = RouteOutput<Routes['getWrap']>
type Epochs = CompartmentView['epochs']

/** The seed of a compartment's epoch, by compartment, as an emergency gave it. Secret. */
export type EmergencyKeys = ReadonlyMap<Hex, { epoch: number; seed: Uint8Array }>

/**
 * Keys of epochs that the actor can reach: own ones; wrapped ones, and from a wrapped seed back along the links (E9). A
 * grant from now on (E16) reaches each epoch by a wrap of its own. Each is fetched once.
 */
export class EpochKeys {
  readonly #actor: Actor
  readonly #emergency: EmergencyKeys
  readonly #keys = new Map<string, Promise<Uint8Array>>()
  readonly #newest = new Map<string, Promise<HeldWrap>>()
  readonly #compartments = new Map<Address, Promise<CompartmentView[]>>()

  /** @param emergency - seeds that trustees released for an emergency; they come before any wrap. */
  constructor(actor: Actor, emergency: EmergencyKeys = new Map()) {
    this.#actor = actor
    this.#emergency = emergency
  }

  /**
   * The X-Wing secret seed that records of the leaf's epoch are sealed to.
   *
   * @throws HreError `not-found` without a grant, and for epochs before a grant from now on; VaultError.
   */
  of({ patient, compartment, epoch }: Pick<Leaf, 'patient' | 'compartment' | 'epoch'>): Promise<Uint8Array> {
    const key = `${patient}|${compartment}|${epoch}`
    const found =
      this.#keys.get(key) ??
      (patient === this.#actor.account
        ? this.#own(compartment, epoch)
        : this.#reach(patient, compartment, epoch))
    this.#keys.set(key, found)
    return found
  }

  /**
   * What the newest wrap to the actor holds, for handing on to somebody else (C13).
   *
   * @throws HreError `not-found` without a grant to read; VaultError.
   */
  async newestOf(patient: Address, compartment: Hex): Promise<OpenedWrap & { epoch: number }> {
    const held = await this.#newestWrap(patient, compartment)
    const opened = await this.#open(patient, compartment, held, await this.#epochsOf(patient, compartment))
    return { ...opened, epoch: held.epoch }
  }

  async #own(compartment: Hex, epoch: number): Promise<Uint8Array> {
    const { account, keyring } = this.#actor
    const seed = keyring.epochSeed(compartment, epoch)
    // In the first epoch they are the same (E16).
    return epoch === 1 ? seed : keyAt(seed, epoch, await this.#epochsOf(account, compartment))
  }

  async #reach(patient: Address, compartment: Hex, epoch: number): Promise<Uint8Array> {
    const epochs = await this.#epochsOf(patient, compartment)
    const released = this.#emergency.get(compartment)
    if (released) return this.#back({ patient, compartment, epoch }, released, epochs)
    const newest = await this.#newestWrap(patient, compartment)
    let held = newest
    let opened = await this.#open(patient, compartment, held, epochs)
    // From now on: the wrap of the epoch itself. Earlier than the grant only what the grant's own wrap opens.
    const wanted = Math.max(epoch, newest.granted)
    if ('epochKey' in opened && held.epoch !== wanted) {
      held = await this.#wrap(patient, compartment, wanted)
      opened = await this.#open(patient, compartment, held, epochs)
    }
    if ('epochKey' in opened) {
      if (held.epoch !== epoch) throw hreError('not-found', { compartment, epoch })
      return opened.epochKey
    }
    return this.#back({ patient, compartment, epoch }, { epoch: held.epoch, seed: opened.seed }, epochs)
  }

  /** The key of an epoch, from the seed of the same or a later one. */
  #back(
    { patient, compartment, epoch }: Pick<Leaf, 'patient' | 'compartment' | 'epoch'>,
    held: { epoch: number; seed: Uint8Array },
    epochs: Epochs,
  ): Uint8Array {
    let { seed } = held
    if (epoch > held.epoch) throw hreError('not-found', { compartment, epoch })
    for (let at = held.epoch; at > epoch; at--) {
      const { backLink } = epochIn(epochs, at)
      if (!backLink) throw hreError('not-found', { compartment, epoch })
      const link = { patient, compartment, newEpoch: at, newSeed: seed }
      seed = openBackLink({ ...link, backLink: hexToBytes(backLink) })
    }
    return keyAt(seed, epoch, epochs)
  }

  async #open(patient: Address, compartment: Hex, held: HeldWrap, epochs: Epochs): Promise<OpenedWrap> {
    const { epoch, through } = held
    const wrap = base64ToBytes(held.wrap)
    const readerSeed = this.#actor.keyring.recipientSeed
    const context = this.#contextOf(patient, compartment, epoch)
    const expectedRecipientHash = recipientHashAt(epochs, epoch)
    if (through === null) {
      const args = { wrap, readerSeed, context, expectedRecipientHash }
      return isWrapFromNowOn(wrap)
        ? { epochKey: await unwrapEpochKey(args) }
        : { seed: await unwrapEpochSeed(args) }
    }
    // What is of another epoch opens none of its records, each of which is checked; a seed is checked where it is used.
    return unwrapStaffWrap({ wrap, readerSeed, context: { ...context, organisation: through } })
  }

  #newestWrap(patient: Address, compartment: Hex): Promise<HeldWrap> {
    const key = `${patient}|${compartment}`
    const wrap = this.#newest.get(key) ?? this.#wrap(patient, compartment)
    this.#newest.set(key, wrap)
    return wrap
  }

  #wrap(patient: Address, compartment: Hex, epoch?: number): Promise<HeldWrap> {
    const { session } = this.#actor
    return epoch === undefined
      ? session.call('getWrap', { params: { patient, compartment } })
      : session.call('getEpochWrap', { params: { patient, compartment, epoch } })
  }

  #contextOf(patient: Address, compartment: Hex, epoch: number) {
    const { account, deployment } = this.#actor
    const { chainId, consent } = deployment
    return { chainId, consent, patient, compartment, epoch, reader: account }
  }

  async #epochsOf(patient: Address, compartment: Hex): Promise<Epochs> {
    const views = this.#compartments.get(patient) ?? listCompartments(this.#actor, patient)
    this.#compartments.set(patient, views)
    return (await views).find((view) => view.compartment === compartment)?.epochs ?? []
  }
}

function epochIn(epochs: Epochs, epoch: number): Epochs[number] {
  const row = epochs.find((candidate) => candidate.epoch === epoch)
  if (!row) throw hreError('not-found', { epoch })
  return row
}

const recipientHashAt = (epochs: Epochs, epoch: number): Hex =>
  recipientHashOf(hexToBytes(epochIn(epochs, epoch).recipient))

const keyAt = (seed: Uint8Array, epoch: number, epochs: Epochs): Uint8Array =>
  epochKeyFor({ seed, epoch, recipientHash: recipientHashAt(epochs, epoch) })
