import type { Patient, Resource } from '@medplum/fhirtypes'
import { entriesOfBundle } from './bundle.ts'
import { groupIntoCharts, placeIn, type ChartEntries } from './charts.ts'
import { loadDefinitions } from './definitions.ts'
import { splitDocuments, type JsonDocument } from './documents.ts'
import { FhirError, isFhirError } from './errors.ts'
import { inflate, type ByteSource } from './inflate.ts'
import { parseJson } from './json.ts'
import { readLimits, type ReadLimits } from './limits.ts'
import type { Entry } from './references.ts'
import { asResource, findInvalid, placeOf } from './validate.ts'

/** Everything a source says about one patient. */
export interface Chart {
  patient: Patient
  /** The patient first, then the others in the order of the source. */
  resources: Resource[]
  /** `Bundle.entry.fullUrl` of each resource, which references such as `urn:uuid:...` name. */
  fullUrls: (string | undefined)[]
  source: ChartSource
}

export interface ChartSource {
  /** The caller's name for the source. It may be a patient's name: do not log it. */
  name: string
  /** Number of the chart in the source from 0, refused ones counted. */
  index: number
  /** Line of an NDJSON source that holds the chart's Bundle, or its Patient. */
  line?: number
}

export interface ReadOptions {
  /** The caller's name for the source, handed back in `Chart.source`; never part of an error. */
  name: string
  /**
   * Called for every refused chart, line or resource; the other patients of the source are still read. Without it the
   * first refusal is thrown. `source` is missing when the refusal is not one chart's.
   */
  onRefused?: (error: FhirError, source?: ChartSource) => void
  /** Called for each resource that concerns no patient and that no chart refers to. */
  onLeftOut?: (place: { entry: number; line?: number; resourceType: string }) => void
  /** Narrower or wider than `readLimits`. */
  limits?: Partial<ReadLimits>
}

/**
 * Reads patients' charts from FHIR R4 as JSON or NDJSON, plain or gzipped (seen from the bytes, not the name).
 *
 * A JSON source is a Bundle (collection, transaction, batch, searchset, document) or one Patient. NDJSON has a Bundle or a
 * resource on each line; single resources are gathered until the end, Bundles are read line by line. A chart is handed out whole and
 * valid or not at all: one bad resource refuses its chart. Without `onRefused`, a document in which any chart is refused
 * hands out none, but Bundles on earlier lines were handed out already.
 *
 * References are left as they are. Memory: several times the largest document.
 *
 * @throws FhirError - what is wrong with the whole source (always thrown): `fhir-gzip-*`, `fhir-too-*`, `fhir-not-utf8`; with a document, chart
 *   or resource (thrown unless `onRefused`): the rest of `fhirErrorTable`. Errors of the source itself pass through.
 */
export async function* readBundles(source: ByteSource, options: ReadOptions): AsyncGenerator<Chart> {
  await loadDefinitions()
  const reader = new Reader(options)
  const limits = { ...readLimits, ...options.limits }
  for await (const document of splitDocuments(inflate(source, limits.sourceBytesMax), limits)) {
    yield* reader.read(document)
  }
  yield* reader.finish()
}

/** Resources of all charts of a source together, as a multiple of its entries: room for shared ones in each chart. */
const COPIES_MAX = 10

class Reader {
  readonly #options: ReadOptions
  readonly #limits: ReadLimits
  /** Resources that stood alone on a line. */
  readonly #loose: Entry[] = []
  #entryCount = 0
  #chartCount = 0
  #firstBadLine: FhirError | undefined

  constructor(options: ReadOptions) {
    this.#options = options
    this.#limits = { ...readLimits, ...options.limits }
  }

  *read(document: JsonDocument): Generator<Chart> {
    let entries: Entry[] | undefined
    try {
      entries = this.#entriesOf(document)
    } catch (error) {
      if (!isFhirError(error) || isFhirError(error, 'fhir-too-many-entries')) throw error
      this.#firstBadLine ??= error
      this.#refuse(error)
    }
    if (entries) yield* this.#charts(entries)
  }

  *finish(): Generator<Chart> {
    if (this.#loose.length > 0) {
      // An unreadable line may have been about any of these patients, so none of their charts is known to be whole.
      yield* this.#charts(this.#loose, this.#firstBadLine)
    } else if (this.#chartCount === 0 && this.#firstBadLine === undefined) {
      this.#refuse(new FhirError('fhir-no-patient', {}))
    }
  }

  /** The entries of a Bundle; undefined for a single resource, which waits for `finish`. */
  #entriesOf({ text, line: firstLine, ndjson }: JsonDocument): Entry[] | undefined {
    const line = ndjson ? firstLine : undefined
    const resource = asResource(parseJson(text, firstLine), line === undefined ? {} : { line })
    const isBundle = resource.resourceType === 'Bundle'
    const room = this.#limits.entriesMax - this.#entryCount
    const entries = isBundle
      ? entriesOfBundle(resource, line, room)
      : [{ index: this.#loose.length, line, resource } satisfies Entry]
    this.#entryCount += entries.length
    if (this.#entryCount > this.#limits.entriesMax) {
      throw new FhirError('fhir-too-many-entries', { entriesMax: this.#limits.entriesMax })
    }
    // No part can be larger than the whole.
    if (text.length * 3 > this.#limits.resourceBytesMax) for (const entry of entries) this.#checkSize(entry)
    if (isBundle) {
      if (!entries.some((entry) => entry.resource.resourceType === 'Patient')) {
        throw new FhirError('fhir-no-patient', line === undefined ? {} : { line })
      }
      return entries
    }
    this.#loose.push(...entries)
    return undefined
  }

  #checkSize(entry: Entry): void {
    const sizeBytes = new TextEncoder().encode(JSON.stringify(entry.resource)).length
    const { resourceBytesMax } = this.#limits
    if (sizeBytes <= resourceBytesMax) return
    const place = placeOf(entry.resource, placeIn(entry))
    throw new FhirError('fhir-resource-too-large', { ...place, sizeBytes, resourceBytesMax })
  }

  *#charts(entries: Entry[], refusedWith?: FhirError): Generator<Chart> {
    const { charts, unplaced, leftOut } = groupIntoCharts(entries, COPIES_MAX * this.#limits.entriesMax)
    for (const entry of leftOut) {
      this.#options.onLeftOut?.({ ...placeIn(entry), resourceType: entry.resource.resourceType })
    }
    if (charts.length === 0) this.#refuse(new FhirError('fhir-no-patient', {}))
    for (const error of unplaced) this.#refuse(error)
    const validity = new Map<Entry, FhirError | undefined>()
    const passed: Chart[] = []
    for (const chart of charts) {
      const source = this.#sourceOf(chart)
      const error = refusedWith ?? chart.refusal ?? firstInvalid(chart, validity)
      if (error) this.#refuse(error, source)
      else if (this.#options.onRefused) yield toChart(chart, source)
      else passed.push(toChart(chart, source))
    }
    yield* passed
  }

  #sourceOf({ patient }: ChartEntries): ChartSource {
    const index = this.#chartCount++
    return { name: this.#options.name, index, ...(patient.line === undefined ? {} : { line: patient.line }) }
  }

  #refuse(error: FhirError, source?: ChartSource): void {
    if (!this.#options.onRefused) throw error
    this.#options.onRefused(error, source)
  }
}

function firstInvalid(chart: ChartEntries, known: Map<Entry, FhirError | undefined>): FhirError | undefined {
  for (const entry of chart.entries) {
    if (!known.has(entry)) known.set(entry, findInvalid(entry.resource, placeIn(entry)))
    const error = known.get(entry)
    if (error) return error
  }
  return undefined
}

function toChart({ patient, entries }: ChartEntries, source: ChartSource): Chart {
  return {
    patient: patient.resource as Patient,
    resources: entries.map((entry) => entry.resource),
    fullUrls: entries.map((entry) => entry.fullUrl),
    source,
  }
}
