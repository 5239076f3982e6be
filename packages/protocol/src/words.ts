/** The words of the exchange as numbers on chain and names everywhere else. */

/** Organisation kinds (D5). */
export const organisationKinds = {
  hospital: 1,
  laboratory: 2,
  insurer: 3,
  'research institute': 4,
  pharmacy: 5,
  manufacturer: 6,
  distributor: 7,
  regulator: 8,
} as const
export type OrganisationKind = keyof typeof organisationKinds

/** Member roles (D6). */
export const roles = {
  administrator: 1,
  doctor: 2,
  nurse: 3,
  'lab technician': 4,
  pharmacist: 5,
  researcher: 6,
  'claims officer': 7,
  auditor: 8,
} as const
export type Role = keyof typeof roles

/** What organisations vote about one of them (D11). */
export const standingChanges = { suspend: 0, reinstate: 1, remove: 2 } as const
export type StandingChange = keyof typeof standingChanges

/** Roles that may commit records (R3). */
export const authoringRoles: readonly Role[] = [
  'administrator',
  'doctor',
  'nurse',
  'lab technician',
  'pharmacist',
]

/** Roles that may break the glass (B3), and find a patient by card or number (S11, S12). */
export const declaringRoles: readonly Role[] = ['doctor', 'nurse']

/** Roles that may check who a patient is (D8). */
export const attestingRoles: readonly Role[] = ['administrator', 'doctor', 'nurse']

/** Roles to which an organisation hands on what patients granted to it (E17). */
export const readingRoles: readonly Role[] = [
  'doctor',
  'nurse',
  'lab technician',
  'pharmacist',
  'researcher',
  'claims officer',
]

/** Rights of a grant, as a set of bits (C2). */
export const rights = { read: 1, write: 2 } as const
export type Right = keyof typeof rights

/**
 * Purposes of use by bit number (C9).
 * @see https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html
 */
export const purposes = {
  TREAT: 0,
  ETREAT: 1,
  CAREMGT: 2,
  HPAYMT: 3,
  CLMATTCH: 4,
  COVAUTH: 5,
  HOPERAT: 6,
  HQUALIMP: 7,
  HSYSADMIN: 8,
  HRESCH: 9,
  CLINTRCH: 10,
  PUBHLTH: 11,
  PATRQT: 12,
  FAMRQT: 13,
  HLEGAL: 14,
  HDIRECT: 15,
} as const
export type Purpose = keyof typeof purposes

/** What became of a record (R10). */
export const recordStatuses = { live: 0, superseded: 1, withdrawn: 2, erased: 3 } as const
export type RecordStatus = keyof typeof recordStatuses

/** Whose signatures a batch waits for (R9). */
export const signings = { oneParty: 0, bothAwaited: 1, oneAwaited: 2, signed: 3 } as const

/** Why the glass is broken (B4). */
export const emergencyReasons = {
  unresponsive: 1,
  'life in danger': 2,
  'unable to consent': 3,
  'guardian unreachable': 4,
  disaster: 5,
} as const
export type EmergencyReason = keyof typeof emergencyReasons

/** What a review of an emergency says (B11); 0 is none yet. */
export const emergencyOutcomes = { justified: 1, unjustified: 2, inconclusive: 3 } as const
export type EmergencyOutcome = keyof typeof emergencyOutcomes

/** What a third party checked (N2). */
export const notaryKinds = { record: 0, batch: 1, 'access log': 2, store: 3 } as const
export type NotaryKind = keyof typeof notaryKinds

/** What it found (N3); 0 is nothing said. */
export const notaryResults = {
  intact: 1,
  altered: 2,
  missing: 3,
  inconsistent: 4,
  inconclusive: 5,
} as const
export type NotaryResult = keyof typeof notaryResults

/** Sensitivity of the founding papers' data classes, unless somebody says otherwise (C14). */
export const defaultSensitivities = {
  'patient health information': 5,
  'personal record': 2,
  'hospital record': 2,
  'laboratory record': 2,
  'insurance record': 2,
  'professional history': 1,
} as const
export type DataClass = keyof typeof defaultSensitivities

/** What a leaf is (R1). */
export const recordKinds = {
  resource: 1,
  bundle: 2,
  document: 3,
  'image study': 4,
  'vitals segment': 5,
} as const
export type RecordKind = keyof typeof recordKinds

/** The set of purposes as the bits that a grant holds. */
export const purposeBits = (names: readonly Purpose[]): number =>
  names.reduce((bits, name) => bits | (1 << purposes[name]), 0)

/** The name of a number in one of the tables above, or the number itself as text. */
export function nameOf(table: Record<string, number>, value: number): string {
  return Object.keys(table).find((name) => table[name] === value) ?? String(value)
}

export const purposesOfBits = (bits: number): Purpose[] =>
  (Object.keys(purposes) as Purpose[]).filter((name) => (bits & (1 << purposes[name])) !== 0)

export const rightsOfBits = (bits: number): Right[] =>
  (Object.keys(rights) as Right[]).filter((name) => (bits & rights[name]) !== 0)
