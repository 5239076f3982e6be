import { laboratoryProcedure, recordSystem } from '@hre/fhir'
import type { Topic } from './topics.ts'

type Hex = `0x${string}`

/** What a line of the chart is, to whoever reads it. */
export type ItemKind =
  | 'problem'
  | 'medicine'
  | 'allergy'
  | 'order'
  | 'result'
  | 'measurement'
  | 'report'
  | 'document'
  | 'visit'
  | 'appointment'
  | 'vaccination'
  | 'procedure'
  | 'imaging'
  | 'bill'
  | 'person'
  | 'other'

export interface Value {
  /** As written, without its unit: "120/80", "7.2", "Never smoked". */
  text: string
  unit: string
  /** For a trend: one number, or the first of two. */
  number: number | null
}

export type OrderState = 'awaited' | 'answered' | 'withdrawn'

/** One record in the words of the page. All of it came from outside: show it as text and never as markup. */
export interface ChartItem {
  record: Hex
  topic: Topic | null
  kind: ItemKind
  title: string
  /** LOINC, for a plain name and a trend. */
  code: string | null
  /** As the record says it: a day or an instant in ISO 8601. */
  date: string | null
  value: Value | null
  range: { low: number | null; high: number | null; text: string } | null
  standing: 'low' | 'high' | 'normal' | null
  /** Of a problem, a medicine, an allergy: whether it is over. */
  isOver: boolean
  /** Of an allergy: that somebody asked, and none is known. */
  saysNone: boolean
  /** Lines of plain text: a dose, a note. */
  details: string[]
  /** Of an ordered test: how it stands (R18). */
  order?: OrderState
  isUrgent?: boolean
  /** Records of the orders that this says it answers. */
  basedOn?: Hex[]
  author: Hex
  organisation: Hex
  /** The patient added it to the own chart (R14): nobody else signed it. */
  isPatientsOwn: boolean
  /** A picture or a PDF is in it. */
  hasDocument: boolean
  status: 'live' | 'superseded' | 'withdrawn'
}

/** A record as it was opened. */
export interface ParsedRecord {
  record: Hex
  topic: Topic | null
  author: Hex
  organisation: Hex
  isPatientsOwn: boolean
  status: ChartItem['status']
  body: Uint8Array
  mediaType: string
}

interface Person {
  name: string | null
  birthDate: string | null
}

type Fields = Record<string, unknown>

const titleMax = 200
const detailMax = 20_000

/** Reads one opened record. Whatever it holds, the answer is a line that can be shown. */
export function itemOf(parsed: ParsedRecord): ChartItem & { person: Person | null } {
  const { body, mediaType, ...from } = parsed
  const fields = mediaType === 'application/fhir+json' ? fieldsOf(body) : {}
  const type = text(fields['resourceType'])
  const kind = kindOf(type, parsed.topic, fields)
  const value = type === 'Observation' ? valueOf(fields) : null
  const range = value ? rangeOf(fields) : null
  const order = kind === 'order' ? orderStateOf(fields, parsed.status) : undefined
  const basedOn = basedOnOf(fields)
  return {
    ...from,
    kind,
    ...(order && { order, isUrgent: fields['priority'] !== 'routine' && 'priority' in fields }),
    ...(basedOn.length > 0 && { basedOn }),
    title: clip(titleOf(fields) || type || mediaType, titleMax),
    code: type === 'Observation' || order ? loincOf(fields) : null,
    date: dateOf(fields),
    value,
    range,
    standing: standingOf(fields, value, range),
    isOver: isOver(fields) || (order !== undefined && order !== 'awaited'),
    saysNone: type === 'AllergyIntolerance' && saysNone(fields),
    hasDocument: attachmentIn(fields) !== null,
    details: detailsOf(type, fields).map((line) => clip(line, detailMax)),
    person:
      type === 'Patient' ? { name: nameOf(fields['name']), birthDate: dateText(fields['birthDate']) } : null,
  }
}

/** The first picture or PDF of a document. It came from outside: what it is, its bytes say. */
export interface Attachment {
  contentType: string
  /** Base64. */
  data: string
}

/** @returns null for what has none. */
export function attachmentOf(body: Uint8Array): Attachment | null {
  return attachmentIn(fieldsOf(body))
}

function attachmentIn({ resourceType, content, presentedForm }: Fields): Attachment | null {
  const attachments =
    resourceType === 'DocumentReference'
      ? list(content).map((one) => fields(one)['attachment'])
      : list(resourceType === 'DiagnosticReport' ? presentedForm : undefined)
  for (const attachment of attachments) {
    const { contentType, data } = fields(attachment)
    const type = text(contentType)
    if (/^(application\/pdf|image\/(jpeg|png))$/.test(type) && text(data) !== '')
      return { contentType: type, data: text(data) }
  }
  return null
}

/** Whose chart it is, by its newest record about the person. */
export function chartOf(items: readonly { person: Person | null }[]): Person {
  return items.findLast(({ person }) => person !== null)?.person ?? { name: null, birthDate: null }
}

/**
 * The same items, with the orders among them that were answered (R18): by a record of the same chart that an organisation filed and
 * did not take back. What patients say themselves answers nobody's order.
 */
export function withAnswers<Item extends ChartItem>(items: readonly Item[]): Item[] {
  const answered = new Set(
    items.flatMap(({ basedOn, isPatientsOwn, status }) =>
      basedOn && !isPatientsOwn && status !== 'withdrawn' ? basedOn : [],
    ),
  )
  return items.map((item) =>
    item.order === 'awaited' && answered.has(item.record)
      ? { ...item, order: 'answered', isOver: true }
      : item,
  )
}

/** By its own word and by what became of its record. What was done elsewhere is not awaited here. */
function orderStateOf({ status }: Fields, mark: ChartItem['status']): OrderState {
  if (mark !== 'live' || /^(revoked|entered-in-error)$/.test(text(status))) return 'withdrawn'
  return status === 'completed' ? 'answered' : 'awaited'
}

const basedOnOf = (resource: Fields): Hex[] =>
  list(resource['basedOn']).flatMap((reference) => {
    const { system, value } = fields(fields(reference)['identifier'])
    return system === recordSystem && /^0x[0-9a-f]{64}$/.test(text(value)) ? [text(value) as Hex] : []
  })

function fieldsOf(body: Uint8Array): Fields {
  try {
    return fields(JSON.parse(new TextDecoder().decode(body)))
  } catch {
    return {}
  }
}

const kindByType: Record<string, ItemKind> = {
  Condition: 'problem',
  FamilyMemberHistory: 'other',
  MedicationRequest: 'medicine',
  MedicationStatement: 'medicine',
  AllergyIntolerance: 'allergy',
  DiagnosticReport: 'report',
  DocumentReference: 'document',
  Composition: 'document',
  Encounter: 'visit',
  Appointment: 'appointment',
  Immunization: 'vaccination',
  Procedure: 'procedure',
  ImagingStudy: 'imaging',
  Claim: 'bill',
  ExplanationOfBenefit: 'bill',
  Coverage: 'bill',
}
const aboutPeople =
  'Patient Practitioner PractitionerRole Organization Location Specimen RelatedPerson Person'.split(' ')

function kindOf(type: string, topic: Topic | null, { category }: Fields): ItemKind {
  const codes = list(category).flatMap((one) => codings(one).map(({ code }) => text(code)))
  if (type === 'ServiceRequest' && codes.includes(laboratoryProcedure.code)) return 'order'
  if (type !== 'Observation') return kindByType[type] ?? (aboutPeople.includes(type) ? 'person' : 'other')
  if (topic === 'labs') return 'result'
  if (topic === 'vitals') return 'measurement'
  if (codes.includes('laboratory')) return 'result'
  return codes.includes('vital-signs') ? 'measurement' : 'other'
}

function titleOf(resource: Fields): string {
  const named = 'code vaccineCode medicationCodeableConcept type description title category name'.split(' ')
  for (const element of named) {
    const found = conceptText(resource[element]) || (element === 'name' ? nameOf(resource[element]) : null)
    if (found) return found
  }
  return ''
}

function valueOf(resource: Fields): Value | null {
  const own = oneValue(resource)
  if (own) return own
  const parts = list(resource['component']).flatMap((part) => oneValue(fields(part)) ?? [])
  const [first, second] = parts
  if (!first) return null
  // A blood pressure reads 120/80 mmHg.
  if (second && parts.length === 2 && first.unit === second.unit)
    return { text: `${first.text}/${second.text}`, unit: first.unit, number: first.number }
  return { text: parts.map((part) => `${part.text} ${part.unit}`.trim()).join(', '), unit: '', number: null }
}

function oneValue(resource: Fields): Value | null {
  const quantity = fields(resource['valueQuantity'])
  const number = quantity['value']
  if (typeof number === 'number')
    return {
      text: String(rounded(number)),
      unit: text(quantity['unit'] ?? quantity['code']),
      number: rounded(number),
    }
  for (const key of ['valueString', 'valueInteger', 'valueBoolean', 'valueDateTime'])
    if (resource[key] !== undefined) return { text: text(resource[key]), unit: '', number: null }
  const concept = conceptText(resource['valueCodeableConcept'])
  return concept ? { text: concept, unit: '', number: null } : null
}

function rangeOf(resource: Fields): ChartItem['range'] {
  const range = fields(list(resource['referenceRange'])[0])
  const low = numberOf(fields(range['low'])['value'])
  const high = numberOf(fields(range['high'])['value'])
  if (low === null && high === null) return range['text'] ? { low, high, text: text(range['text']) } : null
  return { low, high, text: '' }
}

/** The laboratory's own word where it gave one, else the number beside the range. */
function standingOf(resource: Fields, value: Value | null, range: ChartItem['range']): ChartItem['standing'] {
  // https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html
  const said = list(resource['interpretation']).flatMap((one) => codings(one).map(({ code }) => text(code)))
  if (said.some((code) => /^(L|LL|LU)$/.test(code))) return 'low'
  if (said.some((code) => /^(H|HH|HU)$/.test(code))) return 'high'
  if (said.includes('N')) return 'normal'
  if (value?.number === null || value === null || range === null) return null
  if (range.low !== null && value.number < range.low) return 'low'
  if (range.high !== null && value.number > range.high) return 'high'
  return range.low === null && range.high === null ? null : 'normal'
}

/** @see https://hl7.org/fhir/R4/valueset-allergyintolerance-code.html: "no known allergy", in general or to a group. */
const noKnownAllergy = '716186003 409137002 428607008 429625007 428197003 716184000 716220001'.split(' ')

const saysNone = (resource: Fields): boolean =>
  codings(resource['code']).some(
    ({ system, code }) => system === 'http://snomed.info/sct' && noKnownAllergy.includes(text(code)),
  )

function isOver(resource: Fields): boolean {
  const verified = codings(resource['verificationStatus']).map(({ code }) => text(code))
  if (verified.some((code) => /^(refuted|entered-in-error)$/.test(code))) return true
  const clinical = codings(resource['clinicalStatus']).map(({ code }) => text(code))
  if (clinical.some((code) => /^(resolved|inactive|remission)$/.test(code))) return true
  return (
    resource['resourceType'] === 'MedicationRequest' &&
    /^(completed|stopped|cancelled|entered-in-error)$/.test(text(resource['status']))
  )
}

function detailsOf(type: string, resource: Fields): string[] {
  const lines = [
    ...list(resource['dosageInstruction']).map((dose) => text(fields(dose)['text'])),
    ...list(resource['note']).map((note) => text(fields(note)['text'])),
    text(resource['conclusion']),
    ...list(resource['reasonCode']).map(conceptText),
    text(fields(resource['requester'])['display']),
    ...list(resource['reaction']).flatMap((reaction) =>
      list(fields(reaction)['manifestation']).map((one) => conceptText(one)),
    ),
    ...list(resource['author']).map((author) => text(fields(author)['display'])),
    ...list(resource['content']).map((content) => attachedText(fields(fields(content)['attachment']))),
    // A narrative is HTML from outside: its words are shown, its markup is not.
    type === 'Composition' ? wordsOf(text(fields(resource['text'])['div'])) : '',
  ]
  return lines.filter((line) => line.length > 0)
}

function attachedText(attachment: Fields): string {
  if (!/^text\/(plain|html)/.test(text(attachment['contentType']))) return ''
  try {
    const bytes = Uint8Array.from(atob(text(attachment['data'])), (c) => c.charCodeAt(0))
    const decoded = new TextDecoder().decode(bytes)
    return text(attachment['contentType']).startsWith('text/html') ? wordsOf(decoded) : decoded
  } catch {
    return ''
  }
}

/** The text of an XHTML narrative, without what a reader would not see. */
export function wordsOf(html: string): string {
  return html
    .replace(/<(script|style)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replace(/<\/(p|div|li|tr|h\d)\s*>|<br\s*\/?>/gi, '\n')
    .replace(/<[^>]*(>|$)/g, ' ')
    .replace(/&(lt|gt|amp|quot|nbsp|#39);/g, (_, name: string) => entities[name] ?? ' ')
    .replace(/[ \t]+/g, ' ')
    .trim()
}
const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ', '#39': "'" }

const dateElements =
  'effectiveDateTime effectiveInstant performedDateTime occurrenceDateTime onsetDateTime authoredOn started start recordedDate date created issued'.split(
    ' ',
  )
const periodElements = ['effectivePeriod', 'performedPeriod', 'period', 'billablePeriod', 'onsetPeriod']

function dateOf(resource: Fields): string | null {
  const starts = periodElements.map((element) => fields(resource[element])['start'])
  for (const found of [...dateElements.map((element) => resource[element]), ...starts]) {
    const date = dateText(found)
    if (date) return date
  }
  return null
}

function dateText(value: unknown): string | null {
  const date = text(value)
  return /^\d{4}(-\d{2}(-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?)?)?$/.test(date) ? date : null
}

function loincOf(resource: Fields): string | null {
  const coding = codings(resource['code']).find(({ system }) => system === 'http://loinc.org')
  return coding ? text(coding['code']) || null : null
}

function conceptText(value: unknown): string {
  if (typeof value === 'string') return value
  const concept = fields(list(value)[0])
  const [coding = {}] = codings(concept)
  return text(concept['text']) || text(coding['display']) || text(concept['display']) || text(coding['code'])
}

function nameOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  const name = fields(list(value)[0])
  const parts = [...list(name['prefix']), ...list(name['given']), name['family']].map(text).filter(Boolean)
  return text(name['text']) || parts.join(' ') || null
}

const codings = (concept: unknown): Fields[] => list(fields(concept)['coding']).map(fields)
const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const rounded = (value: number): number => Math.round(value * 100) / 100
const clip = (line: string, max: number): string => (line.length > max ? `${line.slice(0, max)}…` : line)
