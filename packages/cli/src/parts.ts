import { compartmentNames } from '@hre/fhir'
import { compartmentIds, compartmentIdsOf, type Actor } from '@hre/sdk'
import type { Address, Hex } from 'viem'
import { shortId } from './options/short-id.ts'
import { titleOfPart } from './options/words.ts'

/** What parts of a chart are called: the patient's own keys know the names, anybody else sees ids. */
export function partNames(actor: Actor, patient: Address): (compartment: Hex) => string {
  return actor.account === patient ? namesBy(compartmentIds(actor)) : shortId
}

/** Ids of the parts of a chart, for its patient or somebody who decides for them (C13). @throws HreError `not-found`. */
export async function partIds(actor: Actor, patient: Address): Promise<PartIds> {
  return actor.account === patient ? compartmentIds(actor) : compartmentIdsOf(actor, patient)
}

export type PartIds = Partial<Record<(typeof compartmentNames)[number], Hex>>

/** What parts are called that have these ids. */
export const namesBy =
  (ids: PartIds) =>
  (compartment: Hex): string =>
    compartmentNames.find((name) => ids[name] === compartment) ?? shortId(compartment)

/** "laboratory and vital signs", for a sentence. */
export function listParts(names: readonly (keyof typeof titles)[]): string {
  const words = names.map((name) => titles[name].toLowerCase())
  const last = words.pop()
  return words.length > 0 ? `${words.join(', ')} and ${last}` : last!
}

const titles = Object.fromEntries(compartmentNames.map((name) => [name, titleOfPart(name)])) as Record<
  (typeof compartmentNames)[number],
  string
>
