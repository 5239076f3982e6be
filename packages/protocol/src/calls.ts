import { concat, encodeFunctionData, keccak256, stringToHex, zeroHash, type Address, type Hex } from 'viem'
import type { Deployment } from './deployment.ts'
import { accessAbi, consentAbi, directoryAbi, emergencyAbi, notaryAbi, recordsAbi } from './generated/abis.ts'
import type { LeafInBatch } from './leaf.ts'
import type { Call } from './operation.ts'
import {
  emergencyOutcomes,
  emergencyReasons,
  notaryKinds,
  notaryResults,
  organisationKinds,
  purposeBits,
  rights,
  roles,
  standingChanges,
  type EmergencyOutcome,
  type EmergencyReason,
  type NotaryKind,
  type NotaryResult,
  type OrganisationKind,
  type Purpose,
  type Right,
  type Role,
  type StandingChange,
} from './words.ts'

/**
 * What an account can do, as calls to be signed (O3). One builder per contract function; gas limits are the measured
 * cost with room (packages/contracts/snapshots), since an operation pays from its own allowance.
 */
const call = (target: Address, gasLimit: number, data: Hex): Call => ({ target, gasLimit, data })

export function registerCall({ directory }: Deployment, signer: Hex, recipient: Hex): Call {
  return call(
    directory,
    400_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'register', args: [signer, recipient] }),
  )
}

/** @param country - ISO 3166-1 alpha-2. */
export function voteAdmissionCall(
  { directory }: Deployment,
  vote: { organisation: Address; kind: OrganisationKind; country: string },
): Call {
  return call(
    directory,
    300_000,
    encodeFunctionData({
      abi: directoryAbi,
      functionName: 'voteAdmission',
      args: [vote.organisation, organisationKinds[vote.kind], stringToHex(vote.country, { size: 2 })],
    }),
  )
}

/** @param change - what more than half of the organisations have to want (D11). */
export function voteStandingCall(
  { directory }: Deployment,
  organisation: Address,
  change: StandingChange,
): Call {
  return call(
    directory,
    300_000,
    encodeFunctionData({
      abi: directoryAbi,
      functionName: 'voteStanding',
      args: [organisation, standingChanges[change]],
    }),
  )
}

/** @param attributes - `specialty`: SNOMED CT concept, 0 for none; `licensedUntil`: Unix seconds, exclusive (D12). */
export function setAttributesCall(
  { directory }: Deployment,
  member: Address,
  attributes: { specialty: bigint; licensedUntil: number },
): Call {
  return call(
    directory,
    200_000,
    encodeFunctionData({
      abi: directoryAbi,
      functionName: 'setAttributes',
      args: [member, attributes.specialty, attributes.licensedUntil],
    }),
  )
}

/** @param possession - signature of the new signer over `signerReplacementTypedData` (D13). */
export function replaceSignerCall({ directory }: Deployment, signer: Hex, possession: Hex): Call {
  return call(
    directory,
    1_000_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'replaceSigner', args: [signer, possession] }),
  )
}

/** The EIP-712 domain of what the Directory checks (D13, D19). */
const directoryDomain = ({ chainId, directory }: Deployment) =>
  ({ name: 'HRE Directory', version: '1', chainId, verifyingContract: directory }) as const

/** The EIP-712 message by which a new signer agrees to sign for `account` (D13). */
export function signerReplacementTypedData(
  deployment: Deployment,
  message: { account: Address; signer: Hex; replacements: bigint },
) {
  return {
    domain: directoryDomain(deployment),
    types: {
      SignerReplacement: [
        { name: 'account', type: 'address' },
        { name: 'signer', type: 'bytes' },
        { name: 'replacements', type: 'uint256' },
      ],
    },
    primaryType: 'SignerReplacement',
    message,
  } as const
}

export function replaceRecipientCall({ directory }: Deployment, recipient: Hex): Call {
  return call(
    directory,
    300_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'replaceRecipient', args: [recipient] }),
  )
}

export function revokeSignerCall({ directory }: Deployment): Call {
  return call(
    directory,
    300_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'revokeSigner', args: [] }),
  )
}

/** Ends the membership and revokes the signer in one transaction (D15). */
export function cutOffCall({ directory }: Deployment, member: Address): Call {
  return call(
    directory,
    400_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'cutOff', args: [member] }),
  )
}

export function setGuardiansCall(
  { directory }: Deployment,
  guardians: readonly Address[],
  threshold: number,
): Call {
  return call(
    directory,
    500_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'setGuardians', args: [guardians, threshold] }),
  )
}

/** What a guardian approves (D17). */
export const hashRecovery = (signer: Hex, recipient: Hex): Hex =>
  keccak256(concat([keccak256(signer), keccak256(recipient)]))

export function approveRecoveryCall({ directory }: Deployment, account: Address, recovery: Hex): Call {
  return call(
    directory,
    200_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'approveRecovery', args: [account, recovery] }),
  )
}

export function vetoRecoveryCall({ directory }: Deployment): Call {
  return call(
    directory,
    150_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'vetoRecovery', args: [] }),
  )
}

export function executeRecoveryCall(
  { directory }: Deployment,
  recovery: { account: Address; signer: Hex; recipient: Hex; possession: Hex },
): Call {
  return call(
    directory,
    1_000_000,
    encodeFunctionData({
      abi: directoryAbi,
      functionName: 'executeRecovery',
      args: [recovery.account, recovery.signer, recovery.recipient, recovery.possession],
    }),
  )
}

/** @param until - Unix seconds, exclusive; 0 ends the delegation (D18). */
export function setDelegateCall({ directory }: Deployment, delegate: Address, until: number): Call {
  return call(
    directory,
    150_000,
    encodeFunctionData({
      abi: directoryAbi,
      functionName: 'setDelegate',
      args: [delegate, until === 0 ? 0 : 1, until],
    }),
  )
}

export function setEndpointCall({ directory }: Deployment, endpoint: string): Call {
  return call(
    directory,
    400_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'setEndpoint', args: [endpoint] }),
  )
}

export function addMemberCall({ directory }: Deployment, account: Address, role: Role): Call {
  return call(
    directory,
    200_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'addMember', args: [account, roles[role]] }),
  )
}

export function removeMemberCall({ directory }: Deployment, account: Address): Call {
  return call(
    directory,
    200_000,
    encodeFunctionData({ abi: directoryAbi, functionName: 'removeMember', args: [account] }),
  )
}

export function attestPatientCall(
  { directory }: Deployment,
  patient: Address,
  identityCommitment: Hex,
): Call {
  return call(
    directory,
    200_000,
    encodeFunctionData({
      abi: directoryAbi,
      functionName: 'attestPatient',
      args: [patient, identityCommitment],
    }),
  )
}

/** @param patient.agreement - signature of the patient's signer over `patientRegistrationTypedData` (D19). */
export function registerPatientCall(
  { directory }: Deployment,
  patient: { signer: Hex; recipient: Hex; identityCommitment: Hex; agreement: Hex },
): Call {
  return call(
    directory,
    1_000_000,
    encodeFunctionData({
      abi: directoryAbi,
      functionName: 'registerPatient',
      args: [patient.signer, patient.recipient, patient.identityCommitment, patient.agreement],
    }),
  )
}

/** The EIP-712 message by which a patient agrees to be registered by `organisation` (D19). */
export function patientRegistrationTypedData(
  deployment: Deployment,
  message: { patient: Address; recipient: Hex; organisation: Address },
) {
  return {
    domain: directoryDomain(deployment),
    types: {
      PatientRegistration: [
        { name: 'patient', type: 'address' },
        { name: 'recipient', type: 'bytes' },
        { name: 'organisation', type: 'address' },
      ],
    },
    primaryType: 'PatientRegistration',
    message,
  } as const
}

export function openCompartmentCall(
  { consent }: Deployment,
  compartment: Hex,
  sensitivity: number,
  recipient: Hex,
): Call {
  return call(
    consent,
    300_000,
    encodeFunctionData({
      abi: consentAbi,
      functionName: 'openCompartment',
      args: [compartment, sensitivity, recipient],
    }),
  )
}

/** A grant in names; times are Unix seconds, `until` exclusive. */
export interface Grant {
  reader: Address
  compartment: Hex
  rights: readonly Right[]
  purposes: readonly Purpose[]
  ceiling: number
  from: number
  until: number
  /** SHA-256 of what the gateway keeps for the reader (C3). */
  wrapHash: Hex
}

export function grantCall({ consent }: Deployment, grant: Grant): Call {
  return call(
    consent,
    200_000,
    encodeFunctionData({
      abi: consentAbi,
      functionName: 'grant',
      args: [termsOf(grant)],
    }),
  )
}

/** What the reading person has to be (C11); left out: no matter. */
export interface GrantConditions {
  /** SNOMED CT concept. */
  specialty?: bigint
  /** ISO 3166-1 alpha-2. */
  country?: string
  licensed?: boolean
}

export function grantOnCall({ consent }: Deployment, grant: Grant, conditions: GrantConditions): Call {
  const { specialty = 0n, country, licensed = false } = conditions
  const encoded = {
    specialty,
    licensed,
    country: country ? stringToHex(country, { size: 2 }) : '0x0000',
  } as const
  return call(
    consent,
    200_000,
    encodeFunctionData({ abi: consentAbi, functionName: 'grantOn', args: [termsOf(grant), encoded] }),
  )
}

/** As a delegate of `patient` (C13). */
export function grantForCall({ consent }: Deployment, patient: Address, grant: Grant): Call {
  return call(
    consent,
    200_000,
    encodeFunctionData({ abi: consentAbi, functionName: 'grantFor', args: [patient, termsOf(grant)] }),
  )
}

/** As a delegate of `patient` (C13). */
export function revokeForCall(
  { consent }: Deployment,
  patient: Address,
  reader: Address,
  compartment: Hex,
): Call {
  return call(
    consent,
    150_000,
    encodeFunctionData({ abi: consentAbi, functionName: 'revokeFor', args: [patient, reader, compartment] }),
  )
}

/** What is left of a grant (C15). */
export type Narrowing = Pick<Grant, 'rights' | 'purposes' | 'ceiling' | 'from' | 'until'>

/** Takes a part of a grant back (C15): nothing in `left` is more than what is held. */
export function narrowCall(
  { consent }: Deployment,
  reader: Address,
  compartment: Hex,
  left: Narrowing,
): Call {
  const { ceiling, from, until } = left
  const terms = { rights: rightBits(left.rights), purposes: purposeBits(left.purposes), ceiling, from, until }
  return call(
    consent,
    150_000,
    encodeFunctionData({ abi: consentAbi, functionName: 'narrow', args: [reader, compartment, terms] }),
  )
}

/**
 * Lets a grant that is not over end later (C16).
 *
 * @param renewal - `epoch`: the compartment's present one; `heldUntil`: when the grant ends so far.
 */
export function renewCall(
  { consent }: Deployment,
  renewal: { reader: Address; compartment: Hex; epoch: number; heldUntil: number; until: number },
): Call {
  const { reader, compartment, epoch, heldUntil, until } = renewal
  return call(
    consent,
    150_000,
    encodeFunctionData({
      abi: consentAbi,
      functionName: 'renew',
      args: [reader, compartment, epoch, heldUntil, until],
    }),
  )
}

/** Reading of one record (C12); the rights of `grant` are read alone. */
export function grantRecordCall({ consent }: Deployment, record: Hex, grant: Grant): Call {
  return call(
    consent,
    200_000,
    encodeFunctionData({ abi: consentAbi, functionName: 'grantRecord', args: [record, termsOf(grant)] }),
  )
}

export function revokeRecordCall(
  { consent }: Deployment,
  reader: Address,
  compartment: Hex,
  record: Hex,
): Call {
  return call(
    consent,
    150_000,
    encodeFunctionData({
      abi: consentAbi,
      functionName: 'revokeRecord',
      args: [reader, compartment, record],
    }),
  )
}

const termsOf = (grant: Grant) => ({
  reader: grant.reader,
  compartment: grant.compartment,
  rights: rightBits(grant.rights),
  purposes: purposeBits(grant.purposes),
  ceiling: grant.ceiling,
  from: grant.from,
  until: grant.until,
  wrapHash: grant.wrapHash,
})

/** Lets every active organisation file there and nowhere else (C17). @param compartment - undefined: nowhere. */
export function setInboxCall({ consent }: Deployment, compartment: Hex | undefined): Call {
  return call(
    consent,
    150_000,
    encodeFunctionData({
      abi: consentAbi,
      functionName: 'setInbox',
      args: [compartment ?? zeroHash],
    }),
  )
}

const rightBits = (names: readonly Right[]) => names.reduce((bits, right) => bits | rights[right], 0)

export function revokeCall({ consent }: Deployment, reader: Address, compartment: Hex): Call {
  return call(
    consent,
    150_000,
    encodeFunctionData({ abi: consentAbi, functionName: 'revoke', args: [reader, compartment] }),
  )
}

/** Takes the right to write alone back (C4). */
export function revokeFilingCall({ consent }: Deployment, reader: Address, compartment: Hex): Call {
  return call(
    consent,
    150_000,
    encodeFunctionData({ abi: consentAbi, functionName: 'revokeFiling', args: [reader, compartment] }),
  )
}

export function rotateCall(
  { consent }: Deployment,
  rotation: { compartment: Hex; epoch: number; recipient: Hex; backLink: Hex; wrapsHash: Hex },
): Call {
  return call(
    consent,
    300_000,
    encodeFunctionData({
      abi: consentAbi,
      functionName: 'rotate',
      args: [rotation.compartment, rotation.epoch, rotation.recipient, rotation.backLink, rotation.wrapsHash],
    }),
  )
}

export function commitBatchCall({ records }: Deployment, root: Hex, count: number, manifest: Hex): Call {
  return call(
    records,
    200_000,
    encodeFunctionData({ abi: recordsAbi, functionName: 'commitBatch', args: [root, count, manifest] }),
  )
}

/** @param keeper - the organisation at whose gateway the manifest and the files are (R14). */
export function commitOwnCall(
  { records }: Deployment,
  batch: { root: Hex; count: number; manifest: Hex; keeper: Address },
): Call {
  return call(
    records,
    200_000,
    encodeFunctionData({
      abi: recordsAbi,
      functionName: 'commitOwn',
      args: [batch.root, batch.count, batch.manifest, batch.keeper],
    }),
  )
}

/** @param parties - two registered accounts; the caller, when it is one of them, has signed with this (R8). */
export function commitTwoPartyCall(
  { records }: Deployment,
  batch: { root: Hex; count: number; manifest: Hex; parties: readonly [Address, Address] },
): Call {
  return call(
    records,
    250_000,
    encodeFunctionData({
      abi: recordsAbi,
      functionName: 'commitTwoParty',
      args: [batch.root, batch.count, batch.manifest, ...batch.parties],
    }),
  )
}

export function signBatchCall({ records }: Deployment, batch: Hex): Call {
  return call(records, 150_000, encodeFunctionData({ abi: recordsAbi, functionName: 'sign', args: [batch] }))
}

/** @param root - of a batch of the caller's organisation: another's cannot be named (R11). */
export function withdrawBatchCall({ records }: Deployment, root: Hex): Call {
  return call(
    records,
    150_000,
    encodeFunctionData({ abi: recordsAbi, functionName: 'withdrawBatch', args: [root] }),
  )
}

export function supersedeCall({ records }: Deployment, old: LeafInBatch, next: LeafInBatch): Call {
  return call(
    records,
    300_000,
    encodeFunctionData({ abi: recordsAbi, functionName: 'supersede', args: [old, next] }),
  )
}

export function withdrawCall({ records }: Deployment, record: LeafInBatch): Call {
  return call(
    records,
    200_000,
    encodeFunctionData({ abi: recordsAbi, functionName: 'withdraw', args: [record] }),
  )
}

export function eraseCall({ records }: Deployment, record: LeafInBatch): Call {
  return call(
    records,
    200_000,
    encodeFunctionData({ abi: recordsAbi, functionName: 'erase', args: [record] }),
  )
}

export function anchorCall(
  { access }: Deployment,
  anchor: { sequence: number; previous: Hex; root: Hex; count: number },
): Call {
  return call(
    access,
    250_000,
    encodeFunctionData({
      abi: accessAbi,
      functionName: 'anchor',
      args: [BigInt(anchor.sequence), anchor.previous, anchor.root, anchor.count],
    }),
  )
}

/** @param set - `epoch`: the compartment's present one; `sharesHash`: commitment of the share set (S3). */
export function setTrusteesCall(
  { emergency }: Deployment,
  set: { compartment: Hex; epoch: number; trustees: readonly Address[]; threshold: number; sharesHash: Hex },
): Call {
  return call(
    emergency,
    700_000,
    encodeFunctionData({
      abi: emergencyAbi,
      functionName: 'setTrustees',
      args: [set.compartment, set.epoch, set.trustees, set.threshold, set.sharesHash],
    }),
  )
}

export function clearTrusteesCall({ emergency }: Deployment, compartment: Hex): Call {
  return call(
    emergency,
    200_000,
    encodeFunctionData({ abi: emergencyAbi, functionName: 'clearTrustees', args: [compartment] }),
  )
}

/**
 * @param declaration - `reasonHash`: salted commitment to the reason in words; `durationSeconds`: 300 to 3,600,
 *   left out for 1,800 (B4, B5).
 */
export function declareEmergencyCall(
  { emergency }: Deployment,
  declaration: { patient: Address; reason: EmergencyReason; reasonHash: Hex; durationSeconds?: number },
): Call {
  const { patient, reason, reasonHash, durationSeconds = 0 } = declaration
  return call(
    emergency,
    350_000,
    encodeFunctionData({
      abi: emergencyAbi,
      functionName: 'declare',
      args: [patient, emergencyReasons[reason], reasonHash, durationSeconds],
    }),
  )
}

export function closeEmergencyCall({ emergency }: Deployment, declaration: bigint): Call {
  return call(
    emergency,
    150_000,
    encodeFunctionData({ abi: emergencyAbi, functionName: 'close', args: [declaration] }),
  )
}

/** @param shareHash - SHA-256 of the share as sealed to the member who declared (B9). */
export function markReleaseCall(
  { emergency }: Deployment,
  declaration: bigint,
  compartment: Hex,
  shareHash: Hex,
): Call {
  return call(
    emergency,
    200_000,
    encodeFunctionData({
      abi: emergencyAbi,
      functionName: 'markRelease',
      args: [declaration, compartment, shareHash],
    }),
  )
}

/** @param reportHash - salted commitment to the report (B11). */
export function reviewEmergencyCall(
  { emergency }: Deployment,
  declaration: bigint,
  outcome: EmergencyOutcome,
  reportHash: Hex,
): Call {
  return call(
    emergency,
    200_000,
    encodeFunctionData({
      abi: emergencyAbi,
      functionName: 'review',
      args: [declaration, emergencyOutcomes[outcome], reportHash],
    }),
  )
}

/** @param statementHash - salted commitment to what the patient says (B12). */
export function contestEmergencyCall(
  { emergency }: Deployment,
  declaration: bigint,
  statementHash: Hex,
): Call {
  return call(
    emergency,
    150_000,
    encodeFunctionData({ abi: emergencyAbi, functionName: 'contest', args: [declaration, statementHash] }),
  )
}

/** @param finding - `subject`: 32 bytes as N2 says; `report`: SHA-256 of the report file. */
export function attestCall(
  { notary }: Deployment,
  finding: { kind: NotaryKind; subject: Hex; result: NotaryResult; report: Hex },
): Call {
  return call(
    notary,
    150_000,
    encodeFunctionData({
      abi: notaryAbi,
      functionName: 'attest',
      args: [notaryKinds[finding.kind], finding.subject, notaryResults[finding.result], finding.report],
    }),
  )
}
