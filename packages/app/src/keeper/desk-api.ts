import type { EmergencyReason } from '@hre/protocol'
import type { Hex, PatientRow } from './api.ts'

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

/** What a doctor's day holds, as far as this person and this device know. */
export interface Today {
  emergencies: DeclaredEmergency[]
  patients: (PatientRow & RememberedPatient)[]
  drafts: (Draft & RememberedPatient)[]
  appointments: DatedAppointment[]
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
}

/** What those who work for an organisation ask of the keeper. */
export type Desks = DoctorDesk
