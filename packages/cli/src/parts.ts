import { compartmentNames } from '@hre/fhir'
import { compartmentIds, type Actor } from '@hre/sdk'
import type { Address, Hex } from 'viem'
import { shortId } from './options/short-id.ts'
import { titleOfPart } from './options/words.ts'

/** What parts of a chart are called: the patient's own keys know the names, anybody else sees ids. */
export function partNames(actor: Actor, patient: Address): (compartment: Hex) => string {
  if (actor.account !== patient) return shortId
  const ids = compartmentIds(actor)
  return (compartment) => compartmentNames.find((name) => ids[name] === compartment) ?? shortId(compartment)
}

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
