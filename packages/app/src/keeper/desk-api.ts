import type { OrderedTest, OrderPriority, OwnDocumentType } from '@hre/fhir'
import type { EmergencyOutcome, EmergencyReason, OrganisationKind, Role, StandingChange } from '@hre/protocol'
import type { ChartItem, OrderState } from '../chart/item.ts'
import type { LedgerHeader, LedgerOperation, SealedLog } from '@hre/sdk'
import type { Hex, OrganisationInfo, PatientRow, Proof, Reader } from './api.ts'

/** A patient as this device remembers them, from charts that were opened on it. */
export interface RememberedPatient {
  name: string | null
  birthDate: string | null
}

/** An emergency that this person declared and that is open. Times in Unix seconds. */
export interface DeclaredEmergency extends RememberedPatient {
  declaration: number
  patient: Hex
  until: number
}

/** A note that was begun on this device and not signed yet. */
export interface Draft {
  patient: Hex
  title: string
  text: string
  /** Unix seconds: when it was last touched. */
  at: number
}

/** An appointment in a chart that was opened on this device (FHIR Appointment). */
export interface DatedAppointment {
  patient: Hex
  name: string | null
  /** Of the record. */
  record: Hex
  /** As the record says it, in ISO 8601. */
  start: string
  title: string
}

/** Tests that one asks a laboratory for. */
export interface OrderWish {
  patient: Hex
  tests: OrderedTest[]
  priority: OrderPriority
  reason: string
  /** The organisation whose technicians find it in their worklists. */
  laboratory: Hex
}

/** An order of this person that is awaited, or was answered and not looked at since. */
export interface OrderRow {
  batch: Hex
  patient: Hex
  /** Unix seconds: when it was ordered. */
  at: number
  isAnswered: boolean
}

/** What a doctor's day holds, as far as this person and this device know. */
export interface Today {
  emergencies: DeclaredEmergency[]
  patients: (PatientRow & RememberedPatient)[]
  drafts: (Draft & RememberedPatient)[]
  appointments: DatedAppointment[]
  orders: (OrderRow & RememberedPatient)[]
  /** Whether this role may break the glass. */
  mayDeclare: boolean
}

/** How a patient who cannot be asked is found. */
export type Finding = { by: 'card'; text: string } | { by: 'number'; number: string }

export interface DeclareWish {
  patient: Hex
  reason: EmergencyReason
  words: string
  minutes: number
}

export interface DoctorDesk {
  today(): Promise<Today>
  /** The account behind an emergency card or a hospital number; the patient sees who looked. */
  findPatient(finding: Finding): Promise<Hex>
  declareEmergency(wish: DeclareWish): Promise<DeclaredEmergency>
  endEmergency(patient: Hex): Promise<null>
  draft(patient: Hex): Promise<Draft | null>
  /** An empty text drops it. */
  keepDraft(draft: Omit<Draft, 'at'>): Promise<null>
  /** Organisations with laboratory technicians, this hospital first. */
  laboratories(): Promise<Reader[]>
  order(wish: OrderWish): Promise<null>
  /** Takes back an order of one's own, with the tests that were ordered in the same step. */
  withdrawOrder(record: Hex): Promise<null>
  /** The chart with the answers was looked at. */
  answersSeen(patient: Hex): Promise<null>
}

/** A batch of two parties that waits for a signature. */
export interface AwaitedBatch {
  batch: Hex
  author: Reader
  /** Who has not signed. */
  awaited: Reader[]
  /** Unix seconds. */
  at: number
  /** Null until this hospital's server has the list of what is in it. */
  patient: Hex | null
  name: string | null
  records: Hex[]
}

/** One value as the laboratory found it. */
export interface TypedResult {
  /** LOINC; null for a test that is named in words. */
  code: string | null
  title: string
  value: string
  unit: string
  /** Of the usual range, as numbers in text; empty where there is none. */
  low: string
  high: string
  /** Record of the order that it answers; null for what nobody ordered. */
  basedOn: Hex | null
}

/** What this device remembers of a test: its unit and the laboratory's own range. */
export type TestForm = Pick<TypedResult, 'unit' | 'low' | 'high'>

/** A report as the document that the laboratory's system made. */
export interface ReportDocument {
  title: string
  contentType: OwnDocumentType
  bytes: Uint8Array
}

export interface ResultsWish {
  patient: Hex
  /** Batch of the order that is answered; null where there is none. */
  order: Hex | null
  /** Records of that order that are not answered yet; none without one. */
  ordered: Hex[]
  results: TypedResult[]
  document: ReportDocument | null
  /** ISO 8601: when the sample was taken. */
  takenAt: string
  comment: string
  /** Who has to sign beside the author; null for nobody. */
  countersigner: Hex | null
}

/** An order as the laboratory opens it. */
export interface OpenedOrder {
  of: AwaitedBatch
  /** What is still to be done of it, and what was answered. */
  items: ChartItem[]
}

/** How an order to one's laboratory stands, and who answered what of it. */
export interface OrderStanding {
  state: OrderState
  answers: {
    record: Hex
    by: Reader
    /** By whoever is signed in. */
    isOwn: boolean
    /** Unix seconds. */
    at: number
  }[]
}

/** Nothing is filed for an order that was withdrawn, or that somebody answered meanwhile. */
export type FiledResults = 'filed' | 'withdrawn' | 'answered'

export interface LaboratoryDesk {
  /** `orders`: to the laboratory, for any of its technicians; `toSign`: results that colleagues want checked. */
  worklist(): Promise<{ orders: AwaitedBatch[]; toSign: AwaitedBatch[]; filed: AwaitedBatch[] }>
  openOrder(batch: Hex): Promise<OpenedOrder>
  orderStanding(batch: Hex): Promise<OrderStanding>
  /** Colleagues who can check and sign. */
  colleagues(): Promise<Reader[]>
  testForms(): Promise<Record<string, TestForm>>
  fileResults(wish: ResultsWish): Promise<FiledResults>
  /** What a file of another system (FHIR, one resource or a bundle) says, and whom it says it about; nothing is filed. */
  previewUpload(text: string): Promise<{ name: string | null; items: ChartItem[] }>
  /** Files it. @returns how many records it held. */
  fileUpload(wish: { patient: Hex; text: string; countersigner: Hex | null }): Promise<number>
  /** What is to be signed, opened and logged like every reading. */
  openBatch(batch: Hex): Promise<{ items: ChartItem[]; of: AwaitedBatch }>
  signBatch(batch: Hex): Promise<null>
}

export interface Colleague {
  account: Hex
  name: string | null
  role: Role
  /** Unix seconds, exclusive; 0 where none is on record. */
  licensedUntil: number
  /** Has come in. */
  hasJoined: boolean
}

/** A question that the organisations decide by votes. */
export interface OpenQuestion {
  organisation: Hex
  name: string | null
  about:
    | { kind: 'admission'; as: OrganisationKind; country: string }
    | { kind: 'standing'; change: StandingChange }
  votes: number
  threshold: number
  /** Whether this organisation is for it already. */
  hasVoted: boolean
}

/** An emergency that a colleague declared, and how it was judged. Times in Unix seconds. */
export interface StaffEmergency {
  declaration: number
  member: Reader
  patient: Hex
  reason: EmergencyReason
  declaredAt: number
  until: number
  outcome: EmergencyOutcome | null
  isContested: boolean
}

/** How this organisation's server stands. */
export interface ServerHealth {
  /** The register's newest block, null when its node does not answer; and the newest one that was read. */
  registerBlock: number | null
  readBlock: number
  queued: number
  records: number
  receipts: number
  refusals: number
  anchors: number
  /** Of the last finished look at all sealed files; null before the first. Unix seconds. */
  files: { at: number; files: number; repaired: number; unrepaired: number } | null
  /** Other organisations' servers, and whether they answer. */
  others: { organisation: OrganisationInfo; answers: boolean }[]
}

export interface AdministrationDesk {
  members(): Promise<Colleague[]>
  licenseMember(wish: { member: Hex; until: number }): Promise<null>
  changeRole(wish: { member: Hex; role: Role; licensedUntil: number }): Promise<null>
  /** Ends the membership and the key of whoever leaves, in one step. */
  cutOff(member: Hex): Promise<null>
  /** @returns the secret of the link for whoever is invited. */
  invite(
    whom: { role: Role; name: string } | { patientNumber: string },
  ): Promise<{ secret: Hex; expiresAt: number }>
  questions(): Promise<OpenQuestion[]>
  voteAdmission(vote: { organisation: Hex; kind: OrganisationKind; country: string }): Promise<null>
  voteStanding(vote: { organisation: Hex; change: StandingChange }): Promise<null>
  staffEmergencies(): Promise<StaffEmergency[]>
  serverHealth(): Promise<ServerHealth>
  organisations(): Promise<OrganisationInfo[]>
}

/** A block as a list shows it. */
export interface BlockRow {
  number: number
  /** Unix seconds. */
  at: number
  operations: number
}

export interface SignedAct extends Omit<LedgerOperation, 'account'> {
  signer: Reader
}

export interface BlockView {
  header: LedgerHeader
  acts: SignedAct[]
  others: number
  /** Whose nodes have the same block, and whose have another. */
  agree: OrganisationInfo[]
  differ: OrganisationInfo[]
}

export interface LogCheck extends Omit<SealedLog, 'organisation'> {
  organisation: OrganisationInfo | null
}

export interface Integrity {
  rounds: {
    id: number
    startedAt: number
    finishedAt: number | null
    files: number
    repaired: number
    unrepaired: number
  }[]
  damaged: { content: Hex; isMissing: boolean; foundAt: number; isRepaired: boolean }[]
}

/** What was said of an emergency, for its auditor. */
export interface EmergencyWords {
  reason: string | null
  report: string | null
  statement: string | null
}

export interface AuditDesk {
  toReview(): Promise<StaffEmergency[]>
  wordsOf(declaration: number): Promise<EmergencyWords>
  review(finding: { declaration: number; outcome: EmergencyOutcome; words: string }): Promise<null>
  /** The newest blocks, or those from `from` down. */
  blocks(from: number | null): Promise<BlockRow[]>
  block(number: number): Promise<BlockView>
  /** Proof files of a batch, as text. */
  proofsOf(manifest: Hex): Promise<{ record: Hex; text: string }[]>
  /** Checks a proof file against the nodes of several organisations. */
  checkProof(text: string): Promise<Proof>
  checkLogs(): Promise<LogCheck[]>
  integrity(): Promise<Integrity>
}

/** What those who work for an organisation ask of the keeper. */
export type Desks = DoctorDesk & LaboratoryDesk & AdministrationDesk & AuditDesk
