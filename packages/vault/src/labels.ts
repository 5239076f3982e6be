import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { VaultError } from './errors.ts'
import { lowerHex, utf8, type Hex } from './hex.ts'

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
  compartmentMap: (context: CompartmentMapContext) =>
    `HRE compartment map v1|${writeContext(context)}|${lowerHex(context.reader, 'reader', 20)}`,
} as const

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
  if (!Number.isSafeInteger(chainId) || chainId < 1) {
    throw new VaultError('argument-invalid', { argument: 'chainId', expected: 'a positive safe integer' })
  }
  return `${chainId}|${lowerHex(consent, 'consent', 20)}|${lowerHex(patient, 'patient', 20)}`
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
