import { laboratoryReportOf, referenceToOrder, type Observation, type Resource } from '@hre/fhir'
import { hreError, isHreError, type AwaitedBatch as AwaitedView } from '@hre/protocol'
import { fileRecords, listAwaitedSignatures, orderStanding, recordsOfChart, signBatch } from '@hre/sdk'
import { chartOf, itemOf, type ChartItem } from '../chart/item.ts'
import type { Hex } from './api.ts'
import { changeKept } from './change.ts'
import type {
  AwaitedBatch,
  LaboratoryDesk,
  OrderStanding,
  ResultsWish,
  TestForm,
  TypedResult,
} from './desk-api.ts'
import type { Present } from './keeper.ts'
import { SealedShelf } from './sealed.ts'

const formsName = 'test-forms'
/** As many as a reader opens at once. */
const uploadedMax = 256

/** Those who file results, and those who check and sign them. */
export function laboratoryDesk({ actor, charts, company }: Present): LaboratoryDesk {
  const shelf = new SealedShelf(actor)
  const own = actor.account as Hex

  async function shown(rows: readonly AwaitedView[]): Promise<AwaitedBatch[]> {
    const known = await charts.remembered()
    return Promise.all(
      rows.map(async ({ batch, author, committedAt, parties, records }): Promise<AwaitedBatch> => {
        const patient = (records[0]?.patient ?? null) as Hex | null
        const awaited = parties.filter(({ signedAt }) => signedAt === null)
        return {
          batch: batch as Hex,
          author: await company.reader(author as Hex),
          awaited: await Promise.all(awaited.map(({ account }) => company.reader(account as Hex))),
          at: committedAt,
          patient,
          name: (patient && known[patient]?.name) ?? null,
          records: records.map(({ record }) => record as Hex),
        }
      }),
    )
  }

  const awaited = () => listAwaitedSignatures(actor, 'party')
  /** Ordered from the laboratory, and not from one person: its technicians answer, and the organisation signs. */
  const isOrder = ({ parties }: AwaitedView) =>
    parties.some(({ account, signedAt }) => signedAt === null && account === actor.organisation)

  async function open(batch: Hex): Promise<{ of: AwaitedBatch; items: ChartItem[] }> {
    const [of] = await shown((await awaited()).filter((row) => row.batch === batch))
    if (!of?.patient) throw hreError('not-found')
    return { of, items: await charts.openRecords(of.patient, of.records) }
  }

  async function standingOf(batch: Hex): Promise<OrderStanding> {
    const { state, answers } = await orderStanding(actor, batch)
    return {
      state,
      answers: await Promise.all(
        answers.map(async ({ record, account, at }) => ({
          record: record as Hex,
          by: await company.reader(account as Hex),
          isOwn: account === own,
          at,
        })),
      ),
    }
  }

  /** @throws HreError `bad-request` for results that are not of the order's patient, or answer what is not in it. */
  function assertOf(row: AwaitedView | undefined, { ordered, patient, results }: ResultsWish): void {
    const isOf = (record: Hex) =>
      row?.records.some((known) => known.record === record && known.patient === patient)
    if (![...ordered, ...results.flatMap(({ basedOn }) => basedOn ?? [])].every(isOf))
      throw hreError('bad-request', { field: 'order' })
  }

  async function rememberForms(results: readonly TypedResult[]): Promise<void> {
    await changeKept<Record<string, TestForm>>(shelf, formsName, (known) => {
      const forms = { ...known }
      for (const { code, unit, low, high } of results) if (code) forms[code] = { unit, low, high }
      return forms
    })
  }

  const partiesWith = (countersigner: Hex | null) =>
    countersigner ? { parties: [own, countersigner] as const } : {}

  return {
    async worklist() {
      const [waiting, filed] = await Promise.all([awaited(), listAwaitedSignatures(actor, 'author')])
      return {
        orders: await shown(waiting.filter(isOrder)),
        toSign: await shown(waiting.filter((row) => !isOrder(row))),
        filed: await shown(filed),
      }
    },
    async openOrder(batch) {
      const [opened, { answers }] = await Promise.all([open(batch), orderStanding(actor, batch)])
      const done = new Set(answers.map(({ record }) => record))
      return {
        ...opened,
        items: opened.items.map((item) =>
          item.order && done.has(item.record) ? { ...item, order: 'answered' } : item,
        ),
      }
    },
    orderStanding: standingOf,
    async colleagues() {
      const readers = await company.readers()
      return readers.filter(
        ({ account, role, organisation }) =>
          role !== null && organisation?.isHere === true && account !== own,
      )
    },
    testForms: async () => (await shelf.read<Record<string, TestForm>>(formsName)) ?? {},
    async fileResults(wish) {
      const { order } = wish
      if (order) {
        const row = (await awaited()).find(({ batch }) => batch === order)
        if (!row) return (await standingOf(order)).state === 'withdrawn' ? 'withdrawn' : 'answered'
        assertOf(row, wish)
      }
      const done = [...new Set(ordersAnswered(wish))]
      const least = Math.max(1, ...done.map((record) => charts.provenOf(record)?.leaf.sensitivity ?? 5))
      try {
        await fileRecords(actor, {
          patient: wish.patient,
          records: recordsOfChart(resourcesOf(wish)).map((record) => ({
            ...record,
            // What was asked under protection is answered under it.
            sensitivity: Math.max(record.sensitivity, least),
          })),
          ...partiesWith(wish.countersigner),
          ...(order && done.length > 0 && { answers: { batch: order, records: done } }),
        })
      } catch (error) {
        // Somebody was quicker, or took it back, between the look and the signature.
        if (order && isHreError(error, 'conflict')) return 'answered'
        if (order && isHreError(error, 'records-withdrawn')) return 'withdrawn'
        throw error
      }
      await rememberForms(wish.results)
      return 'filed'
    },
    async previewUpload(text) {
      const { resources, person } = readUpload(text)
      const { name } = itemsOf(person ? [person] : [])
      return { name, items: itemsOf(resources).items }
    },
    async fileUpload({ patient, text, countersigner }) {
      const { resources } = readUpload(text)
      await fileRecords(actor, { patient, records: recordsOfChart(resources), ...partiesWith(countersigner) })
      return resources.length
    },
    openBatch: open,
    async signBatch(batch) {
      await signBatch(actor, batch)
      return null
    },
  }
}

/** What is filed for this wish: each value, and the report. */
function resourcesOf(wish: ResultsWish): Resource[] {
  const { document, takenAt } = wish
  const values = wish.results.map((result) => observationOf(result, wish))
  if (!document) return values
  const basedOn = wish.ordered.map(referenceToOrder)
  return [...values, laboratoryReportOf({ ...document, takenAt, issued: new Date().toISOString(), basedOn })]
}

/** A report answers all of an order, a value the test that was asked for. */
const ordersAnswered = ({ document, ordered, results }: ResultsWish): readonly Hex[] =>
  document ? ordered : results.flatMap(({ basedOn }) => basedOn ?? [])

/** A typed result as FHIR has it. Numbers are numbers; what is none ("positive") stays text. */
function observationOf(
  { code, title, value, unit, low, high, basedOn }: TypedResult,
  { takenAt, comment }: Pick<ResultsWish, 'takenAt' | 'comment'>,
): Observation {
  const number = numberOf(value)
  const quantity = (amount: number) => ({ value: amount, ...(unit && { unit }) })
  const [from, to] = [numberOf(low), numberOf(high)]
  return {
    resourceType: 'Observation',
    status: 'final',
    ...(basedOn && { basedOn: [referenceToOrder(basedOn)] }),
    // https://terminology.hl7.org/CodeSystem-observation-category.html
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
        ],
      },
    ],
    code: { ...(code && { coding: [{ system: 'http://loinc.org', code }] }), text: title },
    effectiveDateTime: takenAt,
    issued: new Date().toISOString(),
    ...(number === null ? { valueString: value } : { valueQuantity: quantity(number) }),
    ...((from !== null || to !== null) && {
      referenceRange: [
        { ...(from !== null && { low: quantity(from) }), ...(to !== null && { high: quantity(to) }) },
      ],
    }),
    ...(comment && { note: [{ text: comment }] }),
  }
}

/** Also with a comma, as much of the world writes it. */
function numberOf(text: string): number | null {
  const plain = text.trim().replace(',', '.')
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : null
}

/** What laboratories send. Anything else in a file is not filed by this desk. */
const uploadedTypes = new Set(
  'Observation DiagnosticReport Specimen DocumentReference Media ImagingStudy'.split(' '),
)

interface Upload {
  resources: Resource[]
  /** Whom the file itself is about, where it says so. */
  person: Resource | undefined
}

/** @throws HreError `bad-request` for what is no such file, or too much at once. */
function readUpload(text: string): Upload {
  const all = resourcesIn(text)
  const resources = all.filter(({ resourceType }) => uploadedTypes.has(resourceType))
  const person = all.find(({ resourceType }) => resourceType === 'Patient')
  const known = resources.length + (person ? 1 : 0)
  if (resources.length === 0 || resources.length > uploadedMax || known < all.length)
    throw hreError('bad-request', { field: 'file' })
  return { resources, person }
}

function resourcesIn(text: string): Resource[] {
  try {
    const json = JSON.parse(text) as Resource
    const all = json.resourceType === 'Bundle' ? (json.entry ?? []).map(({ resource }) => resource!) : [json]
    return all.filter((resource) => typeof resource.resourceType === 'string')
  } catch (cause) {
    throw hreError('bad-request', { field: 'file' }, cause)
  }
}

/** As it will be shown, before it is filed. */
function itemsOf(resources: readonly Resource[]): { items: ChartItem[]; name: string | null } {
  const none = '0x' as const
  const items = resources.map((resource, index) =>
    itemOf({
      record: `0x${index.toString(16)}`,
      topic: null,
      author: none,
      organisation: none,
      isPatientsOwn: false,
      status: 'live',
      body: new TextEncoder().encode(JSON.stringify(resource)),
      mediaType: 'application/fhir+json',
    }),
  )
  return { name: chartOf(items).name, items: items.map(({ person: _person, ...item }) => item) }
}
