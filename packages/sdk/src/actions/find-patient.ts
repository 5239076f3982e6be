import type { RouteOutput, Routes } from '@hre/protocol'
import { emergencyCardOf, emergencyLookupOf, openEmergencyEntry, parseEmergencyCard } from '@hre/vault'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { askEveryGateway } from '../gateways.ts'

/**
 * Makes an emergency card for the actor (S11); an earlier one ends. Every gateway that answers keeps its entry, so the card
 * works when the actor's own is down.
 *
 * @param gateway - host and, unless 443, port: where a stranger's machine asks first.
 * @returns the text to print, also as a QR code.
 */
export async function makeEmergencyCard(
  actor: Actor,
  gateway: string,
): Promise<{ text: string; unreachable: Address[] }> {
  const { text, entry } = emergencyCardOf({ gateway, account: actor.account })
  const { unreachable } = await askEveryGateway(actor, (session) =>
    session.call('putEmergencyCard', { body: { entry } }),
  )
  return { text, unreachable }
}

/** A lost card finds nobody any more, at the gateways that answer. */
export async function endEmergencyCard(actor: Actor): Promise<{ unreachable: Address[] }> {
  const { unreachable } = await askEveryGateway(actor, (session) =>
    session.call('putEmergencyCard', { body: { entry: null } }),
  )
  return { unreachable }
}

/** Who found the actor by card or number, at which organisation's gateway. */
export async function listLookups(actor: Actor) {
  type Lookup = RouteOutput<Routes['listLookups']>['lookups'][number] & { organisation: Address }
  const { answers, unreachable } = await askEveryGateway(actor, (session) => session.call('listLookups', {}))
  const lookups: Lookup[] = answers.flatMap(({ organisation, answer }) =>
    answer.lookups.map((lookup) => ({ ...lookup, organisation })),
  )
  return { lookups: lookups.sort((a, b) => a.at - b.at), unreachable }
}

/**
 * The account of the patient who carries this card.
 *
 * @throws VaultError `emergency-card-malformed`; HreError `not-found`, `forbidden`.
 */
export async function findByCard({ session }: Actor, text: string): Promise<Address> {
  const { secret } = parseEmergencyCard(text)
  const lookup = emergencyLookupOf(secret)
  const { entry } = await session.call('findByCard', { body: { lookup } })
  return openEmergencyEntry(entry, secret)
}

/** Under which name hospitals give numbers of their own to the app and the command line (FHIR `Identifier.system`). */
export const hospitalNumberSystem = 'urn:hre:patient-number'

/** Tells the actor's hospital under which of its numbers it knows a patient (S12). */
export async function keepPatientNumber(
  { session }: Actor,
  number: { patient: Address; system: string; value: string },
): Promise<void> {
  await session.call('putPatientNumber', { body: number })
}

/** The account of the patient with this number of the actor's hospital. @throws HreError `not-found`, `forbidden`. */
export async function findByNumber(
  { session }: Actor,
  number: { system: string; value: string },
): Promise<Address> {
  return (await session.call('findByNumber', { body: number })).patient
}
