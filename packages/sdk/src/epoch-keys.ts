import { hreError, type CompartmentView, type Leaf, type RouteOutput, type Routes } from '@hre/protocol'
import {
  epochKeyFor,
  isWrapFromNowOn,
  openBackLink,
  recipientHashOf,
  unwrapEpochKey,
  unwrapEpochSeed,
} from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from './actor.ts'
import { base64ToBytes } from './base64.ts'

type HeldWrap = RouteOutput<Routes['getWrap']>
type Epochs = CompartmentView['epochs']

/**
 * Keys of epochs that the actor can reach: own ones; wrapped ones, and from a wrapped seed back along the links (E9). A
 * grant from now on (E16) reaches each epoch by a wrap of its own. Each is fetched once.
 */
export class EpochKeys {
  readonly #actor: Actor
  readonly #keys = new Map<string, Promise<Uint8Array>>()
  readonly #newest = new Map<string, Promise<HeldWrap>>()
  readonly #compartments = new Map<Address, Promise<CompartmentView[]>>()

  constructor(actor: Actor) {
    this.#actor = actor
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

  async #own(compartment: Hex, epoch: number): Promise<Uint8Array> {
    const { account, keyring } = this.#actor
    const seed = keyring.epochSeed(compartment, epoch)
    // In the first epoch they are the same (E16).
    return epoch === 1 ? seed : keyAt(seed, epoch, await this.#epochsOf(account, compartment))
  }

  async #reach(patient: Address, compartment: Hex, epoch: number): Promise<Uint8Array> {
    const newest = await this.#newestWrap(patient, compartment)
    const epochs = await this.#epochsOf(patient, compartment)
    const isForOne = isWrapFromNowOn(base64ToBytes(newest.wrap))
    // From now on: the wrap of the epoch itself. Earlier than the grant only what the grant's own wrap opens.
    const wanted = isForOne ? Math.max(epoch, newest.granted) : newest.epoch
    const held = wanted === newest.epoch ? newest : await this.#wrap(patient, compartment, wanted)
    const wrap = base64ToBytes(held.wrap)
    const args = {
      wrap,
      readerSeed: this.#actor.keyring.recipientSeed,
      context: this.#contextOf(patient, compartment, held.epoch),
      expectedRecipientHash: recipientHashAt(epochs, held.epoch),
    }
    if (isWrapFromNowOn(wrap)) {
      if (held.epoch !== epoch) throw hreError('not-found', { compartment, epoch })
      return unwrapEpochKey(args)
    }
    let seed = await unwrapEpochSeed(args)
    for (let at = held.epoch; at > epoch; at--) {
      const { backLink } = epochIn(epochs, at)
      if (!backLink) throw hreError('not-found', { compartment, epoch })
      const link = { patient, compartment, newEpoch: at, newSeed: seed }
      seed = openBackLink({ ...link, backLink: hexToBytes(backLink) })
    }
    return keyAt(seed, epoch, epochs)
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
    const views =
      this.#compartments.get(patient) ??
      this.#actor.session
        .call('listCompartments', { params: { patient } })
        .then(({ compartments }) => compartments)
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
