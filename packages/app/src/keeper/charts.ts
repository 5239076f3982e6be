import { isHreError, nameOf, purposes, type GrantView, type ProvenLeaf, type Purpose } from '@hre/protocol'
import {
  listGrants,
  openRecords,
  requestAccess,
  requestPages,
  type Actor,
  type EmergencyKeys,
  type OpenAccess,
} from '@hre/sdk'
import { chartOf, itemOf, withAnswers, type ChartItem, type ParsedRecord } from '../chart/item.ts'
import { topicNames, type Topic } from '../chart/topics.ts'
import type { Chart, Hex, Progress } from './api.ts'
import type { Company } from './company.ts'
import type { EmergencyRoom, OpenEmergency } from './emergencies.ts'
import { isInForce, isToTreat } from './grants.ts'
import type { Remembered } from './remembered.ts'
import { SealedShelf } from './sealed.ts'

/** For those who open charts of others; it comes with the first of them. */
const ofOthers = () => import('./remembered.ts')

/** Charts that were opened: kept until the lock closes, and sealed on the device for when there is no connection. */
export class ChartRoom {
  readonly #actor: Actor
  readonly #company: Company
  readonly #onProgress: (progress: Progress) => void
  readonly #proven = new Map<Hex, ProvenLeaf>()
  readonly #purposes = new Map<Hex, Purpose>()
  readonly #shelf: SealedShelf
  #emergencies: EmergencyRoom | undefined

  constructor(actor: Actor, company: Company, onProgress: (progress: Progress) => void) {
    this.#actor = actor
    this.#company = company
    this.#onProgress = onProgress
    this.#shelf = new SealedShelf(actor)
  }

  /** What this person declared; its code comes when it is first needed. */
  async emergencies(): Promise<EmergencyRoom> {
    const { EmergencyRoom } = await import('./emergencies.ts')
    return (this.#emergencies ??= new EmergencyRoom(this.#actor))
  }

  /** What emergencies opened leaves the memory with the lock. */
  forget(): void {
    this.#emergencies?.forget()
  }

  /** Opens what this person may see of a chart; from the device when the gateway cannot be reached. */
  async open(patient: Hex): Promise<Chart> {
    try {
      const chart = await this.#fetch(patient)
      // What an emergency opened ends with it: no copy stays.
      if (!chart.emergency) await this.#keep(chart)
      return chart
    } catch (error) {
      if (isHreError(error, 'not-found')) await (await ofOthers()).forgetRemembered(this.#shelf, patient)
      if (!isHreError(error, 'gateway-unreachable')) throw error
      const kept = await this.#kept(patient)
      if (!kept) throw error
      return { ...kept, isKept: true }
    }
  }

  /** Other people's charts that were opened on this device and are still open to this person, by patient. */
  async remembered(): Promise<Record<Hex, Remembered>> {
    return (await ofOthers()).remembered(this.#shelf)
  }

  /** The proof of a record that was opened. @throws HreError `not-found` before that. */
  provenOf(record: Hex): ProvenLeaf | undefined {
    return this.#proven.get(record)
  }

  /** What a record was opened for: the same opens it once more. Undefined for what came from the device alone. */
  purposeOf(record: Hex): Purpose | undefined {
    return this.#purposes.get(record)
  }

  async #fetch(patient: Hex): Promise<Chart> {
    this.#onProgress({ step: 'asking' })
    const isOwn = patient === this.#actor.account
    const emergency = isOwn ? undefined : await (await this.emergencies()).openFor(patient)
    const opening = this.opened(patient, this.#accesses(patient, isOwn, emergency))
    const chart = await opening.catch(async (error: unknown) => {
      // Where nothing is, nothing is let go: whoever may treat writes the first of it.
      const isEmpty =
        isHreError(error, 'not-found') && !isOwn && !emergency && (await this.#mayTreat(patient))
      if (!isEmpty) throw error
      return this.opened(patient, nothing())
    })
    if (!emergency) return chart
    return { ...chart, emergency: { declaration: emergency.declaration, until: emergency.until } }
  }

  /** Opens what these accesses let go. */
  async opened(
    patient: Hex,
    accesses: AsyncIterable<{ access: OpenAccess; keys?: EmergencyKeys }>,
  ): Promise<Chart> {
    const actor = this.#actor
    const isOwn = patient === actor.account
    const closed = new Set<string>()
    let [done, of] = [0, 0]
    // Names that the chart is shown with, while it is opened.
    const organisations = this.#company.organisations()
    organisations.catch(() => {})
    const parsed = new Map<Hex, ParsedRecord>()
    for await (const { access, keys } of accesses) {
      of += access.records.length
      for await (const { body, mediaType, ...proven } of openRecords(actor, access, {
        onClosed: ({ leaf }) => closed.add(leaf.record),
        ...(keys && { emergency: keys }),
      })) {
        const record = proven.leaf.record as Hex
        this.#proven.set(record, proven)
        this.#purposes.set(record, nameOf(purposes, access.receipt.purpose) as Purpose)
        parsed.set(record, {
          record,
          topic: isOwn ? this.#topicOf(proven.leaf.compartment) : null,
          author: proven.leaf.author as Hex,
          organisation: proven.organisation as Hex,
          isPatientsOwn: proven.organisation === proven.leaf.patient,
          status: proven.status,
          body,
          mediaType,
        })
        if (++done % 16 === 0) this.#onProgress({ step: 'opening', done, of })
      }
    }
    this.#onProgress({ step: 'opening', done: of, of })
    const items = [...parsed.values()].map(itemOf)
    return {
      patient,
      ...chartOf(items),
      items: withAnswers(items.map(({ person: _person, ...item }): ChartItem => item)),
      closed: [...closed].filter((record) => !parsed.has(record as Hex)).length,
      organisations: await organisations,
      at: Math.floor(Date.now() / 1000),
      isKept: false,
      emergency: null,
      isHelped: false,
    }
  }

  /** By the grants there are, and by an open emergency: one of the two may show what the other does not. */
  async *#accesses(
    patient: Hex,
    isOwn: boolean,
    emergency: OpenEmergency | undefined,
  ): AsyncGenerator<{ access: OpenAccess; keys?: EmergencyKeys }> {
    const actor = this.#actor
    const usual = requestPages(actor, { patient, purpose: isOwn ? 'PATRQT' : 'TREAT' })
    if (!emergency) {
      for await (const access of usual) yield { access }
      return
    }
    for await (const access of requestPages(actor, { patient, purpose: 'ETREAT' }))
      yield { access, keys: emergency.keys }
    if (!(await this.#hasGrant(patient))) return
    try {
      for await (const access of usual) yield { access }
    } catch (error) {
      // A grant for another purpose than treatment refuses; what the emergency opens is open all the same.
      if (!isHreError(error, 'not-found')) throw error
    }
  }

  async #hasGrant(patient: Hex, accepts: (grant: GrantView) => boolean = () => true): Promise<boolean> {
    const received = await listGrants(this.#actor, 'received')
    return received.some((grant) => grant.patient === patient && isInForce(grant) && accepts(grant))
  }

  /** By a grant that has begun. */
  #mayTreat(patient: Hex): Promise<boolean> {
    const now = Date.now() / 1000
    return this.#hasGrant(patient, (grant) => isToTreat(grant) && grant.from <= now)
  }

  /** Opens these records of a patient, and nothing else, for somebody who has to look at them. */
  async openRecords(patient: Hex, records: readonly Hex[]): Promise<ChartItem[]> {
    const access = await requestAccess(this.#actor, { patient, purpose: 'TREAT', records })
    const items: ChartItem[] = []
    for await (const { body, mediaType, ...proven } of openRecords(this.#actor, access)) {
      const { record, author } = proven.leaf
      this.#proven.set(record as Hex, proven)
      const { organisation, status } = proven
      const isPatientsOwn = organisation === proven.leaf.patient
      items.push(
        itemOf({ record, topic: null, author, organisation, isPatientsOwn, status, body, mediaType }),
      )
    }
    return items
  }

  #topicOf(compartment: string): Topic | null {
    return topicNames.find((name) => this.#actor.keyring.compartmentId(name) === compartment) ?? null
  }

  async #keep(chart: Chart): Promise<void> {
    const proven = [...this.#proven].filter(([, { leaf }]) => leaf.patient === chart.patient)
    await this.#shelf.write(chart.patient, { chart, proven })
    if (chart.patient !== this.#actor.account) await (await ofOthers()).remember(this.#shelf, chart)
  }

  async #kept(patient: Hex): Promise<Chart | undefined> {
    const kept = await this.#shelf.read<{ chart: Chart; proven: [Hex, ProvenLeaf][] }>(patient)
    for (const [record, leaf] of kept?.proven ?? []) this.#proven.set(record, leaf)
    return kept?.chart
  }
}

async function* nothing(): AsyncGenerator<never> {}
