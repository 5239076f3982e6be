import {
  addMemberCall,
  attestPatientCall,
  cutOffCall,
  patientRegistrationTypedData,
  registerCall,
  registerPatientCall,
  removeMemberCall,
  setAttributesCall,
  voteAdmissionCall,
  voteStandingCall,
  type MemberView,
  type OrganisationKind,
  type Role,
  type StandingChange,
} from '@hre/protocol'
import { randomBytes32 } from '@hre/vault'
import { bytesToHex, keccak256, stringToHex, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { submit, type Applied } from '../submit.ts'

/**
 * Registers the actor's account: its signer and recipient become known (D1, D2).
 *
 * @throws HreError `directory-account-unexpected` when nobody admitted, added or attested it before.
 */
export async function register(actor: Actor): Promise<Applied> {
  const { deployment, identity, keyring } = actor
  const call = registerCall(deployment, identity.signer, bytesToHex(keyring.recipient))
  const [applied] = await submit(actor, [call])
  return applied!
}

/** An organisation's vote to admit another (D4). @param vote.country - ISO 3166-1 alpha-2. */
export async function voteAdmission(
  actor: Actor,
  vote: { organisation: Address; kind: OrganisationKind; country: string },
): Promise<Applied> {
  const [applied] = await submit(actor, [voteAdmissionCall(actor.deployment, vote)])
  return applied!
}

/** Adds somebody to the actor's organisation (D6). */
export async function addMember(actor: Actor, account: Address, role: Role): Promise<Applied> {
  const [applied] = await submit(actor, [addMemberCall(actor.deployment, account, role)])
  return applied!
}

/** Cuts a member off in one transaction (D7). */
export async function removeMember(actor: Actor, account: Address): Promise<Applied> {
  const [applied] = await submit(actor, [removeMemberCall(actor.deployment, account)])
  return applied!
}

/** Members of the actor's organisation with their licences, for it and its administrators. @throws HreError `forbidden`. */
export async function listMembers({ session }: Actor): Promise<MemberView[]> {
  return (await session.call('listMembers', {})).members
}

/** Says until when a member is licensed (D12). @param licensedUntil - Unix seconds, exclusive. @param specialty - a SNOMED CT concept. */
export async function licenseMember(
  actor: Actor,
  member: Address,
  licensedUntil: number,
  specialty = 0n,
): Promise<Applied> {
  const [applied] = await submit(actor, [
    setAttributesCall(actor.deployment, member, { specialty, licensedUntil }),
  ])
  return applied!
}

/** Ends a membership and the key that the member registered with, in one operation (D15): for a device that is lost, or staff who leave. */
export async function cutOffMember(actor: Actor, member: Address): Promise<Applied> {
  const [applied] = await submit(actor, [cutOffCall(actor.deployment, member)])
  return applied!
}

/** Another role is a removal and an addition (D6), in this order; the licence, which a removal ends, is said anew. */
export async function changeRole(
  actor: Actor,
  member: Address,
  to: { role: Role; licensedUntil: number },
): Promise<Applied[]> {
  const { deployment } = actor
  const { role, licensedUntil } = to
  return submit(actor, [
    removeMemberCall(deployment, member),
    addMemberCall(deployment, member, role),
    ...(licensedUntil > 0 ? [setAttributesCall(deployment, member, { specialty: 0n, licensedUntil })] : []),
  ])
}

/** An organisation's vote about another one's standing (D11). */
export async function voteStanding(
  actor: Actor,
  organisation: Address,
  change: StandingChange,
): Promise<Applied> {
  const [applied] = await submit(actor, [voteStandingCall(actor.deployment, organisation, change)])
  return applied!
}

/**
 * Says on chain that this organisation checked who a patient is (D8).
 *
 * @param identity - what was checked, such as a hospital number; only a salted commitment leaves this function.
 * @returns with the salt, for the organisation to keep.
 */
export async function attestPatient(
  actor: Actor,
  patient: Address,
  identity: string,
): Promise<Applied & { salt: Hex }> {
  const { salt, commitment } = commitTo(identity)
  const [applied] = await submit(actor, [attestPatientCall(actor.deployment, patient, commitment)])
  return { ...applied!, salt }
}

/** What a patient hands to the front desk of one organisation, which alone can use it (D19). No secret. */
export interface PatientAgreement {
  signer: Hex
  recipient: Hex
  agreement: Hex
}

/** Agrees to be registered by `organisation` (D19). Nothing is sent. @param organisation - its own account, not the staff's. */
export async function agreeToRegistration(patient: Actor, organisation: Address): Promise<PatientAgreement> {
  const { deployment, identity, keyring } = patient
  const recipient = bytesToHex(keyring.recipient)
  const message = { patient: identity.account, recipient, organisation }
  const agreement = await identity.sign(patientRegistrationTypedData(deployment, message))
  return { signer: identity.signer, recipient, agreement }
}

/**
 * Attests and registers a patient in one operation of the front desk (D19): for who comes with an agreement and is not
 * registered yet. Otherwise `attestPatient`.
 *
 * @param identity - as in `attestPatient`.
 * @returns with the salt, for the organisation to keep.
 * @throws HreError `directory-possession-unproven` when the agreement is for another organisation, recipient or exchange;
 *   `directory-already-attested`, `directory-already-registered`, `directory-not-permitted`.
 */
export async function registerPatient(
  frontDesk: Actor,
  patient: PatientAgreement,
  identity: string,
): Promise<Applied & { salt: Hex }> {
  const { salt, commitment } = commitTo(identity)
  const call = registerPatientCall(frontDesk.deployment, { ...patient, identityCommitment: commitment })
  const [applied] = await submit(frontDesk, [call])
  return { ...applied!, salt }
}

function commitTo(identity: string): { salt: Hex; commitment: Hex } {
  const salt = randomBytes32()
  return { salt, commitment: keccak256(`${salt}${stringToHex(identity).slice(2)}`) }
}
