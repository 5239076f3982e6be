import type { ChartItem } from '../chart/item.ts'
import type { Topic } from '../chart/topics.ts'
import type { OwnDocument, OwnDocumentType, OwnMeasurement } from '@hre/fhir'
import type { ReadingAbroad } from '@hre/protocol'
import type { Desks } from './desk-api.ts'

export type { ReadingAbroad }
export type Hex = `0x${string}`

/** A secret that a person has or knows, as the page hands it to the keeper. */
export type Secret =
  | { kind: 'password'; password: string }
  | { kind: 'passkey'; credential: Hex; prf: Uint8Array }
  | { kind: 'phrase'; phrase: string }

/** Where the keeper stands. `empty`: this device holds nobody's keys; `recovering`: it waits for somebody's guardians. */
export interface Status {
  state: 'empty' | 'recovering' | 'locked' | 'open'
  account: Hex | null
  /** 0: a patient; else a member's role. */
  role: number | null
  /** Ways that open this device. */
  ways: string[]
  /** Credentials of the passkeys among them. */
  credentials: Hex[]
  /** Everything was done at the front desk. */
  joined: boolean
  /** What signs for the account in the place of this app's own key. */
  wallet: WalletChoice | null
}

/** A wallet by the name that its maker announces (EIP-6963 `rdns`), and the address in it that signs. */
export interface WalletChoice {
  rdns: string
  address: Hex
}

/** What a wallet is asked to sign. */
export interface WalletAsk {
  wallet: WalletChoice
  /** EIP-712 as JSON, or a text to sign in by. */
  form: 'typed-data' | 'text'
  content: string
  /** The network that the wallet has to be on; null where it does not matter. */
  chainId: number | null
  /** What is signed for: the message's type, or the function that it calls. */
  act: string
  /** What it says, member by member. */
  details: Record<string, string>
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

/** Where copies of sealed records may be kept, and who may open them abroad (P3). */
export interface CountryWish {
  /** ISO 3166-1 alpha-2; none: only with the hospital that made a record. */
  countries: string[]
  readingAbroad: ReadingAbroad
}

export interface CountriesHere extends CountryWish {
  /** `again`: another key signed it than this person has now, so it is to be said once more (P4). */
  said: 'never' | 'again' | 'yes'
  /** Those of the hospitals that there are, and those that were chosen before. */
  offered: string[]
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
  /** From this device: the gateway could not be reached. */
  isKept: boolean
  /** Set when an emergency that this person declared opens it; `until` in Unix seconds. */
  emergency: { declaration: number; until: number } | null
  /** Somebody's who is looked after by this person. */
  isHelped: boolean
}

/** What the register says of one record, recomputed on this device. */
export interface Proof {
  /** Unix seconds. */
  committedAt: number
  organisation: Reader
  signers: Reader[]
  /** Whether a second party signed; null where none had to. */
  signedByBoth: boolean | null
  /** Who keeps the file of what the patient added; null where an organisation recorded it. */
  keeper: OrganisationInfo | null
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
  /** Who shared it for the patient; null: the patient. */
  by: Reader | null
}

/** Somebody who looks after this person. */
export interface Helper {
  reader: Reader
  topics: Topic[]
  /** Unix seconds. */
  until: number
  isOver: boolean
}

/** Somebody whom this person looks after. */
export interface Helped {
  patient: Hex
  /** As their records say, or as it was given here; null when neither is known. */
  name: string | null
  /** Unix seconds. */
  until: number
}

/** Who sees the records of somebody who is looked after, and what more could be shared. */
export interface HelpedShares {
  shares: Share[]
  /** What this person may see, and so share. */
  topics: Topic[]
  /** Unix seconds: nothing is shared for longer. */
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
  /** It was this list that was looked at. */
  isOfList: boolean
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

/** One way to open the keys. */
export interface Way {
  id: Hex
  kind: 'password' | 'passkey' | 'phrase' | 'guardians'
}

/** A recovery of the own account that can still be stopped. Times are Unix seconds. */
export interface RecoveryUnderWay {
  approvals: number
  threshold: number
  startedAt: number
  readyAt: number | null
}

/** Who may give this person new keys. */
export interface Council {
  guardians: Reader[]
  threshold: number
  /** They were named before a recovery: what they hold opens nothing any more. */
  isVoid: boolean
}

/** A recovery that this device asked for. */
export interface RecoveryHere {
  account: Hex
  /** To be read to each guardian. */
  words: string
  approvals: number
  /** Known once a guardian has answered. */
  threshold: number | null
  /** Unix seconds: not before. */
  readyAt: number | null
  state: 'under way' | 'void' | 'executed'
}

/** What hospitals may open together when this person cannot be asked. */
export interface Marked {
  topics: Topic[]
  trustees: OrganisationInfo[]
  threshold: number
  /** Trustees that hold a good share of everything marked. */
  heldBy: number
  /** Whom one could choose. */
  candidates: OrganisationInfo[]
}

/** Somebody broke the glass of this person's chart. Times are Unix seconds. */
export interface EmergencyOfOwn {
  declaration: number
  reader: Reader
  /** Name of the code (B4). */
  reason: string
  /** The clinician's own; null when no gateway that answers keeps them. */
  words: string | null
  at: number
  until: number
  isOpen: boolean
  isContested: boolean
  /** The auditor's finding; null before it. */
  outcome: string | null
}

/** What a patient adds to the own chart. */
export type OwnWish =
  { what: 'document'; document: OwnDocument } | { what: 'measurement'; measurement: OwnMeasurement }

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
  /** Other words for a paper; nothing opens by them yet. */
  newPhrase(): Promise<string>
  /** Makes the keys, seals them by both ways, then comes in by the invitation. */
  join(wish: { invitation: Hex; first: Secret; phrase: string }): Promise<Status>
  /** Signs in on a device that knows nobody, by what the gateway keeps sealed. */
  recall(wish: { account: Hex; secret: Secret; wallet?: WalletChoice | null }): Promise<Status>
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
  ways(): Promise<Way[]>
  /** @param replaces - the way whose place the new one takes. */
  addWay(secret: Secret, replaces: Hex | null): Promise<Way[]>
  removeWay(id: Hex): Promise<Way[]>
  /** Lets a wallet sign from now on; this app's own key signs no longer. */
  moveToWallet(wallet: WalletChoice): Promise<Status>
  /** The way back: this app's own key signs again. */
  leaveWallet(): Promise<Status>
  council(): Promise<Council>
  nameGuardians(wish: { guardians: Hex[]; threshold: number }): Promise<null>
  /** Recoveries of the own account that can still be stopped. */
  recoveriesUnderWay(): Promise<RecoveryUnderWay[]>
  vetoRecovery(): Promise<null>
  /** Those whose guardian this person is. */
  wards(): Promise<Reader[]>
  /** @param words - as the other person reads them out. @returns who was helped. */
  helpRecover(words: string): Promise<Reader>
  /** Gives a name, on this device, to somebody whom no directory names. */
  befriend(person: { account: Hex; name: string }): Promise<Reader>
  startRecovery(wish: { account: Hex; first: Secret; phrase: string }): Promise<Status>
  recovery(): Promise<RecoveryHere>
  finishRecovery(secret: Secret): Promise<Status>
  marked(): Promise<Marked>
  /** These topics and no others. */
  mark(wish: { topics: Topic[]; trustees: Hex[]; threshold: number }): Promise<null>
  unmark(): Promise<null>
  /** The text of the card that was made on this device. */
  emergencyCard(): Promise<string | null>
  makeCard(): Promise<{ text: string; unreachable: OrganisationInfo[] }>
  endCard(): Promise<{ unreachable: OrganisationInfo[] }>
  emergencies(): Promise<EmergencyOfOwn[]>
  contest(wish: { declaration: number; words: string }): Promise<null>
  /** From now on the page is told when there is something new for this person; until the lock closes. */
  watch(): Promise<null>
  /** What is to be done at a login after an emergency (S10). */
  settle(): Promise<null>
  /** Everything of the own chart as a ZIP archive: sealed files, their keys, an index. */
  exportAll(): Promise<{ records: number; archive: Uint8Array<ArrayBuffer> }>
  /** For good. @param secret - asked for again, so that an open device is not enough. */
  closeAccount(secret: Secret): Promise<{ erased: number; unreachable: OrganisationInfo[] }>
  /** Sealed and signed here, added to the own chart. */
  addOwn(wish: OwnWish): Promise<null>
  /** Takes away, for good and everywhere, what this person added. */
  removeOwn(record: Hex): Promise<null>
  /** The picture or the PDF of a record that was opened, by what its bytes are. */
  document(record: Hex): Promise<{ contentType: OwnDocumentType; bytes: Uint8Array<ArrayBuffer> }>
  /** What this person said of countries, or what counts until they do. */
  countries(): Promise<CountriesHere>
  /** What this person has to say again; null for nothing. */
  countriesToRepeat(): Promise<CountryWish | null>
  allowCountries(wish: CountryWish): Promise<{ unreachable: OrganisationInfo[] }>
  /** Those who look after this person, over or not. */
  helpers(): Promise<Helper[]>
  nameHelper(wish: { helper: Hex; topics: Topic[]; days: number }): Promise<null>
  endHelper(helper: Hex): Promise<null>
  /** Keys for somebody who is looked after: the words for their paper, and their code. */
  prepareWard(): Promise<{ phrase: string; code: string }>
  /** Whose coming in was begun on this device and is not done. */
  pendingWard(): Promise<{ invitation: Hex; name: string } | null>
  /** With the keys that were prepared; again after a failure. @returns their account. */
  joinWard(wish: { invitation: Hex; name: string }): Promise<Hex>
  /** Those whom this person looks after. */
  helped(): Promise<Helped[]>
  chartOfHelped(patient: Hex): Promise<Chart>
  visitsOfHelped(patient: Hex): Promise<VisitLog>
  sharesOfHelped(patient: Hex): Promise<HelpedShares>
  /** @param wish.until - Unix seconds. */
  shareForHelped(wish: {
    patient: Hex
    reader: Hex
    topics: Topic[]
    until: number
    purpose: string
  }): Promise<null>
  endShareOfHelped(wish: { patient: Hex; reader: Hex }): Promise<null>
  fileNote(note: { patient: Hex; title: string; text: string }): Promise<null>
}

/** A call; or what a wallet said to what the keeper asked. */
export type KeeperRequest =
  | { id: number; name: keyof Keeper; args: unknown[] }
  | { ask: number; signature: string }
  | { ask: number; failure: FailureForm }
export type KeeperAnswer =
  | { id: number; result: unknown }
  | { id: number; failure: FailureForm }
  | { id: number; progress: Progress }
  | { ask: number; wallet: WalletAsk }
  | { news: true }
  | { locked: true }
