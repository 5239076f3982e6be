import { open } from 'node:fs/promises'
import { compartmentNames, type CompartmentName, type Resource } from '@hre/fhir'
import { isHreError, nameOfDecision, permittingDecisions, type ProvenLeaf } from '@hre/protocol'
import {
  compartmentIds,
  connectChain,
  fileRecords,
  grantAccess,
  openRecords,
  proofFileOf,
  readAccessLog,
  recordsOfChart,
  requestAccess,
  requestPages,
  revokeAccess,
  verifyAccesses,
  verifyRecord,
  type Actor,
  type FiledBatch,
  type OpenAccess,
} from '@hre/sdk'
import { FilesBlobStore } from '@hre/gateway'
import type { Hex } from 'viem'
import type { Progress, RunningExchange } from '../exchange.ts'
import { Teller, type Finding, type Narrator } from './step.ts'

/** Who takes part. */
export interface Cast {
  patient: Actor
  cityDoctor: Actor
  lakesideDoctor: Actor
  technician: Actor
  auditor: Actor
}

const daySeconds = 24 * 60 * 60

/**
 * A record crosses two hospitals: every step is done by the people's own actions through their gateways, and checked.
 *
 * @param chart - what City Hospital has on the patient.
 * @returns whether every step went as it should.
 */
export async function tellStory(options: {
  exchange: RunningExchange
  cast: Cast
  chart: readonly Resource[]
  narrate: Narrator
  progress: Progress
}): Promise<boolean> {
  const story = new Story(options)
  await story.tell()
  return story.teller.ok
}

class Story {
  readonly teller: Teller
  readonly #exchange: RunningExchange
  readonly #cast: Cast
  readonly #chart: readonly Resource[]
  readonly #progress: Progress
  #batch: FiledBatch | undefined
  /** What the laboratory filed last, which nobody opened yet. */
  #unread: FiledBatch['leaves'][number] | undefined
  #access: OpenAccess | undefined

  constructor(options: Parameters<typeof tellStory>[0]) {
    this.teller = new Teller(options.narrate)
    this.#exchange = options.exchange
    this.#cast = options.cast
    this.#chart = options.chart
    this.#progress = options.progress
  }

  async tell(): Promise<void> {
    const { teller } = this
    const { lakesideDoctor, cityDoctor } = this.#cast
    await teller.tell('seal', () => this.#seal())
    await teller.tell('refused-before', () =>
      this.#refused(lakesideDoctor, 'Lakeside’s doctor asks for the chart and is refused: nobody granted it'),
    )
    await teller.tell('grant', () => this.#grant())
    await teller.tell('open', () => this.#open())
    await teller.tell('refused-other', () =>
      this.#refused(
        cityDoctor,
        'City’s doctor is still refused: the grant is not for her, though her own hospital wrote the chart',
      ),
    )
    await teller.tell('revoke', () => this.#revoke())
    await teller.tell('refused-after', () =>
      this.#refused(lakesideDoctor, 'Lakeside’s doctor asks again and is refused'),
    )
    await teller.tell('new-epoch', () => this.#newEpoch())
    await teller.tell('audit', () => this.#audit())
    await teller.tell('damage', () => this.#damage())
    await teller.tell('log', () => this.#log())
  }

  /** The part of the chart that the story shares: the labs, or whatever an imported chart has most of. */
  get #shared(): { name: CompartmentName; id: Hex } {
    const ids = compartmentIds(this.#cast.patient)
    const sizes = compartmentNames.map((name) => ({
      name,
      id: ids[name],
      size: this.#leavesIn(ids[name]).length,
    }))
    const labs = sizes.find(({ name, size }) => name === 'labs' && size > 0)
    return labs ?? sizes.reduce((most, next) => (next.size > most.size ? next : most))
  }

  #leavesIn(compartment: Hex) {
    return this.#batch?.leaves.filter((leaf) => leaf.compartment === compartment) ?? []
  }

  async #seal(): Promise<Finding> {
    const records = recordsOfChart(this.#chart)
    this.#batch = await fileRecords(this.#cast.technician, {
      patient: this.#cast.patient.account,
      records,
      onProgress: (done, of) => this.#progress('City Hospital seals the chart', done, of),
    })
    const { transaction, block, leaves, sealedBytes } = this.#batch
    return {
      ok: leaves.length === records.length,
      text: `City Hospital seals ${leaves.length} records on its own machine and commits them in one batch`,
      proof: { transaction, block, records: leaves.length, sealedBytes },
    }
  }

  async #refused(reader: Actor, text: string): Promise<Finding> {
    const wish = { patient: this.#cast.patient.account, purpose: 'TREAT' } as const
    const listing = await outcomeOf(() => requestAccess(reader, wish))
    // By its id as well: knowing that a record exists does not help.
    const [leaf] = this.#leavesIn(this.#shared.id)
    const byId = await outcomeOf(() => requestAccess(reader, { ...wish, records: [leaf!.record] }))
    return {
      ok: listing === 'not-found' && byId === 'not-found',
      text,
      proof: { answer: byId, record: leaf!.record },
    }
  }

  async #grant(): Promise<Finding> {
    const { name, id } = this.#shared
    const [applied] = await grantAccess(this.#cast.patient, {
      reader: this.#cast.lakesideDoctor.account,
      compartments: [id],
      purposes: ['TREAT'],
      until: Math.floor(Date.now() / 1000) + daySeconds,
    })
    const { transaction, block } = applied!
    return {
      ok: true,
      text: `The patient lets Lakeside’s doctor see the ${titleOf(name)} for 24 hours, for treatment`,
      proof: { transaction, block, compartment: id },
    }
  }

  async #open(): Promise<Finding> {
    const { lakesideDoctor, patient } = this.#cast
    const originals = new Set(this.#chart.map((resource) => JSON.stringify(resource)))
    const shown: ProvenLeaf[] = []
    let equal = 0
    for await (const page of requestPages(lakesideDoctor, { patient: patient.account, purpose: 'TREAT' })) {
      this.#access = page
      shown.push(...page.records)
      for await (const { body } of openRecords(lakesideDoctor, page)) {
        if (originals.has(new TextDecoder().decode(body))) equal++
        this.#progress('Lakeside’s doctor opens the records', equal, shown.length)
      }
    }
    const expected = this.#leavesIn(this.#shared.id).length
    const [first] = shown
    return {
      ok: equal >= expected && equal === this.#ofThisStory(shown).length,
      text: `She opens ${equal} ${equal === 1 ? 'record' : 'records'}; each is byte for byte what City Hospital wrote, and nothing else of the chart is open to her`,
      proof: { contentId: first!.leaf.content, receipt: this.#access!.receipt.index, opened: equal },
    }
  }

  /** An earlier telling on the same data left records of its own. */
  #ofThisStory(records: readonly ProvenLeaf[]): ProvenLeaf[] {
    const mine = new Set(this.#batch?.leaves.map(({ record }) => record))
    return records.filter(({ leaf }) => mine.has(leaf.record))
  }

  async #revoke(): Promise<Finding> {
    const { lakesideDoctor, patient } = this.#cast
    const [revoked, rotated] = await revokeAccess(patient, {
      reader: lakesideDoctor.account,
      compartments: [this.#shared.id],
    })
    return {
      ok: true,
      text: 'The patient takes the permission back, and the key of that part of the chart changes',
      proof: { transaction: revoked!.transaction, block: rotated!.block },
    }
  }

  async #newEpoch(): Promise<Finding> {
    const { technician, patient } = this.#cast
    const { id, name } = this.#shared
    const before = Math.max(...this.#leavesIn(id).map(({ epoch }) => epoch))
    const original = recordsOfChart(this.#chart).find(({ compartment }) => compartment === name)!
    const { leaves, transaction, block } = await fileRecords(technician, {
      patient: patient.account,
      records: [original],
    })
    const [leaf] = leaves
    this.#unread = leaf
    return {
      ok: leaf!.epoch > before,
      text: 'City’s laboratory files the next result: it is sealed to the new key, which the doctor never had',
      proof: { transaction, block, contentId: leaf!.content, epoch: leaf!.epoch },
    }
  }

  async #audit(): Promise<Finding> {
    const { deployment, rpcUrl } = this.#exchange
    const [item] = this.#ofThisStory(this.#access?.records ?? [])
    const verified = await verifyRecord(connectChain(rpcUrl), proofFileOf(deployment, item!))
    return {
      ok: verified.contractAgrees && verified.authorSigned,
      text: 'The auditor recomputes a record’s proof from chain data alone: unaltered, and signed by its author',
      proof: {
        root: verified.root,
        block: verified.block,
        batch: verified.batch,
        authorSigned: verified.authorSigned,
      },
    }
  }

  async #damage(): Promise<Finding> {
    const { patient } = this.#cast
    // What was just read would be given out from memory, intact.
    const leaf = this.#unread
    const path = new FilesBlobStore(this.#exchange.layout.gateway('city-hospital').blobs).pathOf(
      leaf!.content,
    )
    await flipByte(path)
    const outcome = await outcomeOf(async () => {
      const access = await requestAccess(patient, {
        patient: patient.account,
        purpose: 'PATRQT',
        records: [leaf!.record],
      })
      for await (const _ of openRecords(patient, access));
    })
    await flipByte(path)
    return {
      ok: outcome === 'record-damaged',
      text: 'One bit of one stored file is changed behind everyone’s back: it is caught before a byte is given out (and put right again)',
      proof: { contentId: leaf!.content, answer: outcome },
    }
  }

  async #log(): Promise<Finding> {
    const { patient } = this.#cast
    const { accesses, unreachable } = await readAccessLog(patient)
    const refused = accesses.filter(({ receipt }) => !permittingDecisions.includes(receipt.decision))
    const chain = connectChain(this.#exchange.rpcUrl)
    const verdicts = await verifyAccesses(chain, patient.deployment, accesses)
    const anchored = verdicts.filter((verdict) => verdict === 'anchored').length
    // What two hospitals logged within one second has no order.
    const reasons = [...new Set(refused.map(({ receipt }) => nameOfDecision(receipt.decision)))].sort()
    return {
      ok: unreachable.length === 0 && refused.length >= 6 && !verdicts.includes('altered'),
      text: `The patient reads who looked, at both hospitals: ${accesses.length} entries, ${refused.length} of them refusals`,
      proof: { entries: accesses.length, refusals: refused.length, anchored, reasons: reasons.join(', ') },
    }
  }
}

/** `opened`, or the code of the refusal. Anything that is no refusal of ours is a failure of the step. */
async function outcomeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
    return 'opened'
  } catch (error) {
    if (isHreError(error)) return error.code
    throw error
  }
}

const titleOf = (name: CompartmentName): string => (name === 'labs' ? 'laboratory results' : name)

async function flipByte(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const at = Math.floor(size / 2)
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at)
    buffer[0]! ^= 1
    await file.write(buffer, 0, 1, at)
  } finally {
    await file.close()
  }
}
