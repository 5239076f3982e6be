import type { Observation, Resource } from '@hre/fhir'
import { hreError, type AwaitedBatch as AwaitedView } from '@hre/protocol'
import { fileRecords, listAwaitedSignatures, recordsOfChart, signBatch } from '@hre/sdk'
import { chartOf, itemOf, type ChartItem } from '../chart/item.ts'
import type { Hex } from './api.ts'
import type { AwaitedBatch, LaboratoryDesk, ResultsWish, TestForm, TypedResult } from './desk-api.ts'
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

  const partiesWith = (countersigner: Hex | null) =>
    countersigner ? { parties: [own, countersigner] as const } : {}

  return {
    async worklist() {
      const [toSign, filed] = await Promise.all([
        listAwaitedSignatures(actor, 'party'),
        listAwaitedSignatures(actor, 'author'),
      ])
      return { toSign: await shown(toSign), filed: await shown(filed) }
    },
    async colleagues() {
      const readers = await company.readers()
      return readers.filter(
        ({ account, role, organisation }) =>
          role !== null && organisation?.isHere === true && account !== own,
      )
    },
    testForms: async () => (await shelf.read<Record<string, TestForm>>(formsName)) ?? {},
    async fileResults(wish) {
      await fileRecords(actor, {
        patient: wish.patient,
        records: recordsOfChart(wish.results.map((result) => observationOf(result, wish))),
        ...partiesWith(wish.countersigner),
      })
      const forms = (await shelf.read<Record<string, TestForm>>(formsName)) ?? {}
      for (const { code, unit, low, high } of wish.results) if (code) forms[code] = { unit, low, high }
      await shelf.write(formsName, forms)
      return null
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
    async openBatch(batch) {
      const [of] = await shown(
        (await listAwaitedSignatures(actor, 'party')).filter((row) => row.batch === batch),
      )
      if (!of?.patient) throw hreError('not-found')
      return { of, items: await charts.openRecords(of.patient, of.records) }
    },
    async signBatch(batch) {
      await signBatch(actor, batch)
      return null
    },
  }
}

/** A typed result as FHIR has it. Numbers are numbers; what is none ("positive") stays text. */
function observationOf(
  { code, title, value, unit, low, high }: TypedResult,
  { takenAt, comment }: Pick<ResultsWish, 'takenAt' | 'comment'>,
): Observation {
  const number = numberOf(value)
  const quantity = (amount: number) => ({ value: amount, ...(unit && { unit }) })
  const [from, to] = [numberOf(low), numberOf(high)]
  return {
    resourceType: 'Observation',
    status: 'final',
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
