import { closeEmergency, collectReleases, listEmergencies, type Actor, type EmergencyKeys } from '@hre/sdk'
import type { EmergencyView } from '@hre/protocol'
import type { Hex } from './api.ts'

/** An open emergency with the keys that the trustees' shares made. Secret: memory alone holds them. */
export interface OpenEmergency {
  declaration: number
  /** Unix seconds, exclusive. */
  until: number
  keys: EmergencyKeys
}

/** Emergencies that this person declared, while they are open. */
export class EmergencyRoom {
  readonly #actor: Actor
  readonly #opened = new Map<Hex, OpenEmergency>()

  constructor(actor: Actor) {
    this.#actor = actor
  }

  /** Every one that is open, on whichever device it was declared. */
  async open(): Promise<EmergencyView[]> {
    const declared = await listEmergencies(this.#actor, 'declared')
    return declared.filter(({ until }) => until > now())
  }

  /**
   * The keys for a patient's chart; undefined when no emergency is open. Trustees that are asked again give the same.
   *
   * @throws HreError `emergency-shares-too-few`.
   */
  async openFor(patient: Hex): Promise<OpenEmergency | undefined> {
    const held = this.#opened.get(patient)
    if (held && held.until > now()) return held
    this.#drop(patient)
    const declared = (await this.open()).find((emergency) => emergency.patient === patient)
    if (!declared) return
    const { emergency, keys } = await collectReleases(this.#actor, patient)
    const opened = { declaration: emergency.declaration, until: emergency.until, keys }
    this.#opened.set(patient, opened)
    return opened
  }

  /** Ends it before its time (B7). Nothing is left to do when it has ended by itself. */
  async end(patient: Hex): Promise<void> {
    const declared = (await this.open()).find((emergency) => emergency.patient === patient)
    if (declared) await closeEmergency(this.#actor, declared.declaration)
    this.#drop(patient)
  }

  #drop(patient: Hex): void {
    for (const { seed } of this.#opened.get(patient)?.keys.values() ?? []) seed.fill(0)
    this.#opened.delete(patient)
  }
}

const now = () => Date.now() / 1000
