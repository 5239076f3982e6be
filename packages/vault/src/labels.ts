import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { VaultError } from './errors.ts'
import { lowerHex, utf8, type Hex } from './hex.ts'
import type { ShareSet } from './shareSet.ts'

/**
 * Every HKDF and HPKE `info` of suite 1 (E7 to E10). These never change: a changed label is a lost chart. The tests pin
 * what each makes.
 */
export const labels = {
  signingKey: () => 'HRE signing key v1 secp256k1',
  recipient: () => 'HRE recipient v1 x-wing',
  compartmentId: (name: string) => `HRE compartment id v1|${name}`,
  epochSeed: (compartment: Hex, epoch: number) =>
    `HRE epoch seed v1|${lowerHex(compartment, 'compartment', 32)}|${checkedEpoch(epoch)}`,
  backLink: (patient: Hex, compartment: Hex, newEpoch: number) =>
    `HRE back-link v1|${lowerHex(patient, 'patient', 20)}|${lowerHex(compartment, 'compartment', 32)}|${checkedEpoch(newEpoch)}`,
  grantWrap: (context: GrantWrapContext) =>
    `HRE grant wrap v1|${writeContext(context)}|${lowerHex(context.compartment, 'compartment', 32)}|${checkedEpoch(context.epoch)}|${lowerHex(context.reader, 'reader', 20)}`,
  epochKey: () => 'HRE epoch key v1 x-wing',
  epochKeyWrap: (context: GrantWrapContext) =>
    `HRE epoch key wrap v1|${writeContext(context)}|${lowerHex(context.compartment, 'compartment', 32)}|${checkedEpoch(context.epoch)}|${lowerHex(context.reader, 'reader', 20)}`,
  staffWrap: (context: StaffWrapContext) =>
    `HRE staff wrap v1|${writeContext(context)}|${lowerHex(context.compartment, 'compartment', 32)}|${checkedEpoch(context.epoch)}|${lowerHex(context.organisation, 'organisation', 20)}|${lowerHex(context.reader, 'reader', 20)}`,
  recordWrap: (context: RecordWrapContext) =>
    `HRE record wrap v1|${writeContext(context)}|${lowerHex(context.compartment, 'compartment', 32)}|${checkedEpoch(context.epoch)}|${lowerHex(context.record, 'record', 32)}|${lowerHex(context.contentId, 'contentId', 32)}|${lowerHex(context.reader, 'reader', 20)}|${checkedPurposes(context.purposes)}`,
  unlockPasskey: () => 'HRE unlock passkey v1',
  unlockPhrase: () => 'HRE unlock phrase v1',
  unlockDocument: () => 'HRE unlock document v1',
  unlockProof: (account: Hex) => `HRE unlock proof v1|${lowerHex(account, 'account', 20)}`,
  succession: () => 'HRE succession v1',
  ward: (account: Hex) => `HRE ward v1|${lowerHex(account, 'account', 20)}`,
  compartmentMap: (context: CompartmentMapContext) =>
    `HRE compartment map v1|${writeContext(context)}|${lowerHex(context.reader, 'reader', 20)}`,
  guardians: (context: GuardianContext) =>
    `HRE guardians v1|${checkedChainId(context?.chainId)}|${lowerHex(context.directory, 'directory', 20)}|${lowerHex(context.account, 'account', 20)}|${checkedTerm(context.term)}`,
  emergencyShares: (context: EmergencyContext) =>
    `HRE emergency shares v1|${checkedChainId(context?.chainId)}|${lowerHex(context.emergency, 'emergency', 20)}|${lowerHex(context.patient, 'patient', 20)}|${lowerHex(context.compartment, 'compartment', 32)}|${checkedEpoch(context.epoch)}`,
  /** `purpose`, here and below: one of the two above. */
  sealedShare: (purpose: string, set: ShareSet, index: number, setHash: Hex) =>
    `${purpose}|sealed|${placeOf(set, index)}|${set.holders[index - 1]!.account}|${setHash}`,
  recoveryShare: (purpose: string, set: ShareSet, index: number, setHash: Hex, request: Hex) =>
    `${purpose}|recovery|${placeOf(set, index)}|${setHash}|${request}`,
  emergencyRelease: (
    purpose: string,
    set: ShareSet,
    index: number,
    setHash: Hex,
    release: { declaration: bigint; clinician: Hex },
  ) =>
    `${purpose}|release|${placeOf(set, index)}|${setHash}|${declarationText(release.declaration)}|${lowerHex(release.clinician, 'clinician', 20)}`,
  unlockGuardians: (setHash: Hex) => `HRE unlock guardians v1|${setHash}`,
  recoveryRequest: (request: GuardianPlace & { nonce: Hex }, recovery: Hex) =>
    `HRE recovery request v1|${checkedChainId(request.chainId)}|${lowerHex(request.directory, 'directory', 20)}|${lowerHex(request.account, 'account', 20)}|${lowerHex(request.nonce, 'nonce', 32)}|${recovery}`,
  emergencyLookup: () => 'HRE emergency lookup v1',
  emergencyEntry: () => 'HRE emergency entry v1',
  emergencyCard: (gateway: string) => `HRE emergency card v1|${gateway}|`,
  patientNumber: () => 'HRE patient number v1',
} as const

/** Whose keys guardians can give back, and where that is written. Any spelling of hexadecimal. */
export interface GuardianPlace {
  chainId: number
  /** Address of the Directory contract. */
  directory: Hex
  /** Account of the owner. */
  account: Hex
}

/** One set of guardians. */
export interface GuardianContext extends GuardianPlace {
  /** 1 for the first set of guardians and one more for each after it, as the Directory counts (D16). */
  term: number
}

/** Which epoch of whose compartment trustees hold shares of. */
export interface EmergencyContext {
  chainId: number
  /** Address of the Emergency contract. */
  emergency: Hex
  patient: Hex
  compartment: Hex
  epoch: number
}

/** Where and to whom a compartment map is given. Any spelling of hexadecimal. */
export interface CompartmentMapContext {
  chainId: number
  /** Address of the Consent contract. */
  consent: Hex
  patient: Hex
  /** Account of the reader. */
  reader: Hex
}

/** Where, to whom and for which epoch a seed is given. */
export interface GrantWrapContext extends CompartmentMapContext {
  compartment: Hex
  epoch: number
}

/** As a grant to an organisation, handed on to one of its people: `reader` is the person. */
export interface StaffWrapContext extends GrantWrapContext {
  organisation: Hex
}

/** Where, to whom, for what and for which one record a file's key is given. */
export interface RecordWrapContext extends GrantWrapContext {
  /** Record id of the leaf. */
  record: Hex
  /** Content id of the leaf: a record that is sealed again has another key. */
  contentId: Hex
  /** The grant's set of purposes, as bits (C9). */
  purposes: number
}

/** HKDF-SHA256 (RFC 5869) without salt, `info` the UTF-8 of a label. */
export function derive(secret: Uint8Array, label: string, sizeBytes = 32): Uint8Array {
  return hkdf(sha256, secret, undefined, utf8(label), sizeBytes)
}

function writeContext({ chainId, consent, patient }: CompartmentMapContext): string {
  return `${checkedChainId(chainId)}|${lowerHex(consent, 'consent', 20)}|${lowerHex(patient, 'patient', 20)}`
}

const placeOf = ({ holders, threshold }: ShareSet, index: number) => `${index}|${holders.length}|${threshold}`

function checkedChainId(chainId: number): number {
  if (!Number.isSafeInteger(chainId) || chainId < 1) {
    throw new VaultError('argument-invalid', { argument: 'chainId', expected: 'a positive safe integer' })
  }
  return chainId
}

/** The Directory counts terms from 1 in a `uint32`. */
function checkedTerm(term: number): number {
  if (!Number.isInteger(term) || term < 1 || term > 0xffffffff) {
    throw new VaultError('argument-invalid', {
      argument: 'term',
      expected: 'an integer from 1 to 4294967295',
    })
  }
  return term
}

/** The decimal id of a declaration, a `uint256` on chain. @throws VaultError `argument-invalid`. */
export function declarationText(declaration: bigint): string {
  if (typeof declaration !== 'bigint' || declaration < 0n || declaration >= 1n << 256n) {
    throw new VaultError('argument-invalid', { argument: 'declaration', expected: 'a bigint of 256 bits' })
  }
  return declaration.toString()
}

/** Epochs count from 1 (C1) and fit `uint32` (R1). */
export function checkedEpoch(epoch: number): number {
  if (!Number.isInteger(epoch) || epoch < 1 || epoch > 0xffffffff) {
    throw new VaultError('argument-invalid', {
      argument: 'epoch',
      expected: 'an integer from 1 to 4294967295',
    })
  }
  return epoch
}

/** A set of sixteen bits that is not empty (C2). */
function checkedPurposes(purposes: number): number {
  if (!Number.isInteger(purposes) || purposes < 1 || purposes > 0xffff) {
    throw new VaultError('argument-invalid', {
      argument: 'purposes',
      expected: 'an integer from 1 to 65535',
    })
  }
  return purposes
}
