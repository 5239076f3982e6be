import { clearTrusteesCall, hreError, setTrusteesCall, type TrusteeSetView } from '@hre/protocol'
import { compartmentsToRotate, sealEmergencyShares } from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { askEveryGateway } from '../gateways.ts'
import { submit, type Applied } from '../submit.ts'
import { recipientOfAccount } from './account.ts'
import { listCompartments } from './consent-lists.ts'
import { listEmergencies } from './emergency.ts'
import { rotateKeys } from './rotate.ts'

/** A compartment's trustees, and which of them have their share and found it good. */
export interface MarkedCompartment extends TrusteeSetView {
  heldBy: Address[]
}

/**
 * Lets trustee organisations open parts of the actor's chart together in an emergency (S5, B1). The sealed shares are at
 * the actor's gateway before the chain names them; each trustee fetches and checks its own.
 *
 * @param options.trustees - 2 to 9 organisations; `threshold` of them, 2 or more, are enough, the others may be offline.
 * @returns one entry for each compartment, in order.
 * @throws HreError `not-found` for a compartment or organisation that is not there; `emergency-trustee-unknown`; VaultError.
 */
export async function markForEmergency(
  actor: Actor,
  options: { compartments: readonly Hex[]; trustees: readonly Address[]; threshold: number },
): Promise<Applied[]> {
  const { account: patient, deployment, keyring, session } = actor
  const { threshold } = options
  const known = await listCompartments(actor, patient)
  const trustees = await Promise.all(
    options.trustees.map(async (account) => ({
      account,
      recipient: hexToBytes(await recipientOfAccount(actor, account)),
    })),
  )
  const calls = []
  for (const compartment of options.compartments) {
    const epoch = known.find((row) => row.compartment === compartment)?.epoch
    if (epoch === undefined) throw hreError('not-found', { compartment })
    const { chainId, emergency } = deployment
    const { sharesHash, shares } = await sealEmergencyShares({
      epochSeed: keyring.epochSeed(compartment, epoch),
      context: { chainId, emergency, patient, compartment, epoch },
      trustees,
      threshold,
    })
    await session.call('putEmergencyShares', { body: { shares } })
    const accounts = trustees.map(({ account }) => account)
    calls.push(setTrusteesCall(deployment, { compartment, epoch, trustees: accounts, threshold, sharesHash }))
  }
  return submit(actor, calls)
}

/** No emergency opens these parts any more (B1). */
export async function unmarkForEmergency(actor: Actor, compartments: readonly Hex[]): Promise<Applied[]> {
  return submit(
    actor,
    compartments.map((compartment) => clearTrusteesCall(actor.deployment, compartment)),
  )
}

/** The actor's marked compartments, and what each trustee itself says of its share. */
export async function listMarked(
  actor: Actor,
): Promise<{ marked: MarkedCompartment[]; unreachable: Address[] }> {
  const { answers, unreachable } = await askEveryGateway(actor, (session) => session.call('listTrustees', {}))
  const { sets } = await actor.session.call('listTrustees', {})
  const marked = sets.map(({ held: _held, ...set }) => ({
    ...set,
    heldBy: answers
      .filter(({ answer }) =>
        answer.sets.some(({ sharesHash, held }) => held && sharesHash === set.sharesHash),
      )
      .map(({ organisation }) => organisation),
  }))
  return { marked, unreachable }
}

/**
 * What a patient's machine does at a login (S10): parts of which a share was released since their key began get a new key,
 * once the emergency has ended, and trustees of a key that is over are named anew with the present one (B2). Does nothing
 * when there is nothing to do; after a failure call it again.
 */
export async function settleEmergencies(actor: Actor): Promise<{ rotated: Hex[]; renewed: Hex[] }> {
  const [emergencies, { sets }] = await Promise.all([
    listEmergencies(actor),
    actor.session.call('listTrustees', {}),
  ])
  if (emergencies.length === 0 && sets.length === 0) return { rotated: [], renewed: [] }
  const now = Math.floor(Date.now() / 1000)
  // A new key ends an emergency that is still open, and with it perhaps a life: it has an hour at most.
  const ended = emergencies.filter(({ until }) => until <= now)
  const busy = new Set(
    emergencies
      .filter(({ until }) => until > now)
      .flatMap(({ releases }) => releases.map(({ compartment }) => compartment)),
  )
  const compartments = await listCompartments(actor, actor.account)
  const rotated = compartmentsToRotate(
    compartments.map(({ compartment, epochs }) => ({ compartment, sinceBlock: epochs.at(-1)!.sinceBlock })),
    ended.flatMap(({ releases }) => releases),
  ).filter((compartment) => !busy.has(compartment))
  if (rotated.length > 0) await rotateKeys(actor, { compartments: rotated })
  const present = new Map(compartments.map(({ compartment, epoch }) => [compartment, epoch]))
  const stale = sets.filter(
    ({ compartment, epoch }) => rotated.includes(compartment) || present.get(compartment) !== epoch,
  )
  for (const { compartment, trustees, threshold } of stale)
    await markForEmergency(actor, { compartments: [compartment], trustees, threshold })
  return { rotated, renewed: stale.map(({ compartment }) => compartment) }
}
