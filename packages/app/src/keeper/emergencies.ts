import { isHreError, type EmergencyView } from '@hre/protocol'
import {
  closeEmergency,
  collectReleases,
  listEmergencies,
  type Actor,
  type CollectedShares,
  type EmergencyKeys,
} from '@hre/sdk'
import type { Hex } from './api.ts'

const attemptsMax = 4

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
    const { emergency, keys } = await this.#collect(patient)
    const opened = { declaration: emergency.declaration, until: emergency.until, keys }
    this.#opened.set(patient, opened)
    return opened
  }

  /** Hospitals that were away or busy for a moment are asked again: nobody has time to press a button. */
  async #collect(patient: Hex): Promise<CollectedShares> {
    for (let attempt = 1; ; attempt++)
      try {
        return await collectReleases(this.#actor, patient)
      } catch (error) {
        const isPassing = isHreError(error, 'emergency-shares-too-few') && mayStillCome(error.data)
        if (!isPassing || attempt === attemptsMax) throw error
      }
  }

  /** Ends it before its time (B7). Nothing is left to do when it has ended by itself. */
  async end(patient: Hex): Promise<void> {
    const declared = (await this.open()).find((emergency) => emergency.patient === patient)
    if (declared) await closeEmergency(this.#actor, declared.declaration)
    this.#drop(patient)
  }

  /** Nobody works any more. */
  forget(): void {
    for (const patient of this.#opened.keys()) this.#drop(patient)
  }

  #drop(patient: Hex): void {
    for (const { seed } of this.#opened.get(patient)?.keys.values() ?? []) seed.fill(0)
    this.#opened.delete(patient)
  }
}

const now = () => Date.now() / 1000

/** What a trustee that will release in a moment answers now. */
const passing = new Set(['operation-timeout', 'not-final', 'chain-unavailable', 'not-found', 'rate-limited'])

/** Whether another hospital may still give its share; a patient who set nothing aside is not asked for again. */
function mayStillCome({ refused = [], unreachable = [] }: Record<string, unknown>): boolean {
  const reasons = (refused as CollectedShares['refused']).map(({ reason }) => reason)
  return (unreachable as unknown[]).length > 0 || reasons.some((reason) => passing.has(reason))
}
