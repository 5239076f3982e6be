import type { ChartItem } from '../chart/item.ts'
import type { Topic } from '../chart/topics.ts'
import type { Desks } from './desk-api.ts'

export type Hex = `0x${string}`

/** A secret that a person has or knows, as the page hands it to the keeper. */
export type Secret =
  | { kind: 'password'; password: string }
  | { kind: 'passkey'; credential: Hex; prf: Uint8Array }
  | { kind: 'phrase'; phrase: string }

/** Where the keeper stands. `empty`: this device holds nobody's keys. */
export interface Status {
  state: 'empty' | 'locked' | 'open'
  account: Hex | null
  /** 0: a patient; else a member's role. */
  role: number | null
  /** Ways that open this device. */
  ways: string[]
  /** Credentials of the passkeys among them. */
  credentials: Hex[]
  /** Everything was done at the front desk. */
  joined: boolean
}

export interface OrganisationInfo {
  account: Hex
  /** Its own word; null when its gateway does not answer. */
  name: string | null
  kind: string
  country: string
  /** This app's own gateway. */
  isHere: boolean
}

/** Somebody who can be shared with, or who looked. */
export interface Reader {
  account: Hex
  name: string | null
  /** Name of the role; null for an organisation as a whole. */
  role: string | null
  organisation: OrganisationInfo | null
}

export interface Chart {
  patient: Hex
  name: string | null
  birthDate: string | null
  items: ChartItem[]
  /** Records that were let go but that no key here opens. */
  closed: number
  organisations: OrganisationInfo[]
  /** Unix seconds: when this was fetched. */
  at: number
  /** Set when an emergency that this person declared opens it; `until` in Unix seconds. */
  emergency: { declaration: number; until: number } | null
}

/** What the register says of one record, recomputed on this device. */
export interface Proof {
  /** Unix seconds. */
  committedAt: number
  organisation: Reader
  signers: Reader[]
  /** Whether a second party signed; null where none had to. */
  signedByBoth: boolean | null
  status: 'live' | 'superseded' | 'withdrawn' | 'erased'
  authorSigned: boolean
  /** Whose nodes said the same, this gateway's first. */
  witnesses: OrganisationInfo[]
  details: Record<string, string | number>
}

export interface Share {
  reader: Reader
  topics: Topic[]
  purposes: string[]
  /** Unix seconds. */
  from: number
  until: number
}

export interface ShareWish {
  reader: Hex
  topics: Topic[]
  days: number
  purpose: string
  /** Earlier records too, or only what comes from now on. */
  history: 'all' | 'from-now-on'
}

export interface Visit {
  at: number
  reader: Reader
  /** Where the log is kept. */
  organisation: OrganisationInfo | null
  purpose: string
  records: number
  /** Name of the decision (C6). */
  decision: string
  isOwn: boolean
  isEmergency: boolean
}

export interface VisitLog {
  visits: Visit[]
  /** Organisations that could not be asked. */
  unreachable: OrganisationInfo[]
}

export interface Ask {
  reader: Reader
  patient: Hex
  topics: Topic[]
  purpose: string
  days: number
  at: number
}

export interface PatientRow {
  patient: Hex
  topics: number
  /** Unix seconds: since when it is open, or when it was asked for. */
  from: number
  until: number
  /** Asked for, and not given yet. */
  isAwaited: boolean
}

/** Every failure that crosses from the keeper to the page. */
export interface FailureForm {
  code: string
  retry: 'never' | 'later' | 'afterRefresh'
}

export type Progress = { step: string; done?: number; of?: number }

/** What the page may ask of the keeper, which alone holds keys. */
export interface Keeper extends Desks {
  status(): Promise<Status>
  /** New keys, held until they are sealed: the words for the paper, and the account for it. */
  prepare(): Promise<{ phrase: string; account: Hex }>
  /** Makes the keys, seals them by both ways, then comes in by the invitation. */
  join(wish: { invitation: Hex; first: Secret; phrase: string }): Promise<Status>
  /** Signs in on a device that knows nobody, by what the gateway keeps sealed. */
  recall(wish: { account: Hex; secret: Secret }): Promise<Status>
  unlock(secret: Secret): Promise<Status>
  lock(): Promise<Status>
  touch(): Promise<boolean>
  forget(): Promise<Status>
  chart(patient: Hex | null): Promise<Chart>
  verify(record: Hex): Promise<Proof>
  readers(): Promise<Reader[]>
  share(wish: ShareWish): Promise<null>
  shares(): Promise<Share[]>
  endShare(reader: Hex): Promise<null>
  visits(): Promise<VisitLog>
  asks(): Promise<Ask[]>
  ask(wish: { patient: Hex; topics: Topic[]; purpose: string; days: number }): Promise<null>
  patients(): Promise<PatientRow[]>
  fileNote(note: { patient: Hex; title: string; text: string }): Promise<null>
}

export type KeeperRequest = { id: number; name: keyof Keeper; args: unknown[] }
export type KeeperAnswer =
  | { id: number; result: unknown }
  | { id: number; failure: FailureForm }
  | { id: number; progress: Progress }
  | { locked: true }
