import { isHreError, type ProvenLeaf } from '@hre/protocol'
import { openRecords, requestAccess, type Actor } from '@hre/sdk'
import { chartOf, itemOf, type ChartItem, type ParsedRecord } from '../chart/item.ts'
import { topicNames, type Topic } from '../chart/topics.ts'
import type { Chart, Hex, Progress } from './api.ts'
import type { Company } from './company.ts'
import type { SealedNotes } from './sealedNotes.ts'

/** Charts that were opened: kept until the lock closes, and sealed on the device for when there is no connection. */
export class ChartRoom {
  readonly #actor: Actor
  readonly #company: Company
  readonly #notes: SealedNotes
  readonly #onProgress: (progress: Progress) => void
  readonly #proven = new Map<Hex, ProvenLeaf>()

  constructor(parts: {
    actor: Actor
    company: Company
    notes: SealedNotes
    onProgress: (progress: Progress) => void
  }) {
    this.#actor = parts.actor
    this.#company = parts.company
    this.#notes = parts.notes
    this.#onProgress = parts.onProgress
  }

  /** Opens what this person may see of a chart; from the device when the gateway cannot be reached. */
  async open(patient: Hex): Promise<Chart> {
    try {
      const chart = await this.#fetch(patient)
      await this.#keep(chart)
      return chart
    } catch (error) {
      if (!isHreError(error, 'gateway-unreachable')) throw error
      const kept = await this.#kept(patient)
      if (!kept) throw error
      return kept
    }
  }

  /** The proof of a record that was opened. @throws HreError `not-found` before that. */
  provenOf(record: Hex): ProvenLeaf | undefined {
    return this.#proven.get(record)
  }

  async #fetch(patient: Hex): Promise<Chart> {
    const actor = this.#actor
    this.#onProgress({ step: 'asking' })
    const isOwn = patient === actor.account
    const access = await requestAccess(actor, { patient, purpose: isOwn ? 'PATRQT' : 'TREAT' })
    const of = access.records.length
    let closed = 0
    let done = 0
    const parsed: ParsedRecord[] = []
    for await (const { body, mediaType, ...proven } of openRecords(actor, access, {
      onClosed: () => closed++,
    })) {
      const record = proven.leaf.record as Hex
      this.#proven.set(record, proven)
      parsed.push({
        record,
        topic: isOwn ? this.#topicOf(proven.leaf.compartment) : null,
        author: proven.leaf.author as Hex,
        organisation: proven.organisation as Hex,
        status: proven.status,
        body,
        mediaType,
      })
      if (++done % 16 === 0) this.#onProgress({ step: 'opening', done, of })
    }
    this.#onProgress({ step: 'opening', done: of, of })
    const items = parsed.map(itemOf)
    return {
      patient,
      ...chartOf(items),
      items: items.map(({ person: _person, ...item }): ChartItem => item),
      closed,
      organisations: await this.#company.organisations(),
      at: Math.floor(Date.now() / 1000),
    }
  }

  #topicOf(compartment: string): Topic | null {
    return topicNames.find((name) => this.#actor.keyring.compartmentId(name) === compartment) ?? null
  }

  async #keep(chart: Chart): Promise<void> {
    const proven = [...this.#proven].filter(([, { leaf }]) => leaf.patient === chart.patient)
    await this.#notes.write(chart.patient, { chart, proven })
  }

  async #kept(patient: Hex): Promise<Chart | undefined> {
    const note = await this.#notes.read<{ chart: Chart; proven: [Hex, ProvenLeaf][] }>(patient)
    for (const [record, leaf] of note?.proven ?? []) this.#proven.set(record, leaf)
    return note?.chart
  }
}
