import {
  grantCall,
  hreError,
  narrowCall,
  purposesOfBits,
  renewCall,
  revokeCall,
  rights,
  rightsOfBits,
  type Call,
  type CompartmentView,
  type GrantView,
  type Purpose,
} from '@hre/protocol'
import { contentIdOf } from '@hre/vault'
import type { Address, Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { submit, type Applied } from '../submit.ts'
import { recipientOfAccount } from './account.ts'
import { listCompartments, listGrants } from './consent-lists.ts'
import { rotateKeys, wrapFor, type History } from './rotate.ts'

/** Which parts a reader may open, for what and for how long. */
export interface ReadingTerms {
  reader: Address
  compartments: readonly Hex[]
  purposes: readonly Purpose[]
  /** Unix seconds, exclusive. */
  until: number
  /** Unix seconds; default now. */
  from?: number
  /** Most sensitive record that is open, 1 to 5; default 5. */
  ceiling?: number
}

/**
 * Lets a reader open parts of the actor's chart: by default the earlier records in them included.
 *
 * @param options.history - `from-now-on`: nothing that was filed before. Each part's key changes first, and the reader
 * gets the new one alone (E16).
 * @returns one entry for each compartment, in order.
 */
export async function grantAccess(
  actor: Actor,
  options: ReadingTerms & { history?: History },
): Promise<Applied[]> {
  const { reader, history = 'all', ...terms } = options
  // Of this reader's earlier grant nothing is carried over: it would give what the new one is to keep back.
  if (history === 'from-now-on')
    await rotateKeys(actor, { compartments: options.compartments, without: reader })
  const { calls, attachments } = await readingGrants(actor, { reader, history, ...terms })
  return submit(actor, calls, { attachments })
}

/** Grants to read, and the wraps that they name, before they are handed in. */
export async function readingGrants(
  actor: Actor,
  options: ReadingTerms & { history: History },
): Promise<{ calls: Call[]; attachments: Uint8Array[] }> {
  const { reader, history } = options
  const known = await listCompartments(actor, actor.account)
  const recipient = await recipientOfAccount(actor, reader)
  const calls: Call[] = []
  const attachments: Uint8Array[] = []
  for (const compartment of options.compartments) {
    const { epoch } = compartmentIn(known, compartment)
    const wrap = await wrapFor(actor, { compartment, epoch, reader, recipient, history })
    attachments.push(wrap)
    calls.push(
      grantCall(actor.deployment, {
        reader,
        compartment,
        rights: ['read'],
        purposes: options.purposes,
        ceiling: options.ceiling ?? 5,
        from: options.from ?? Math.floor(Date.now() / 1000),
        until: options.until,
        wrapHash: contentIdOf(wrap),
      }),
    )
  }
  return { calls, attachments }
}

/**
 * Ends a reader's grants and changes the keys: the reader is refused at once, and what is recorded from now on is
 * sealed under an epoch that only those who stay can open. When it fails after the revocations, `finishRevocations` finishes it.
 * An organisation that may file goes on filing: see `revokeFiling`.
 *
 * @returns the revocations, then the rotations.
 */
export async function revokeAccess(
  actor: Actor,
  options: { reader: Address; compartments: readonly Hex[] },
): Promise<Applied[]> {
  const { reader, compartments } = options
  // First, and by itself: nothing that keys or other readers need may hold a refusal back.
  const revoked = await submit(
    actor,
    compartments.map((compartment) => revokeCall(actor.deployment, reader, compartment)),
  )
  return [...revoked, ...(await rotateKeys(actor, { compartments, without: reader }))]
}

/**
 * Takes a part of a reader's grants back, at once and without changing keys: what the reader may open no longer is refused by
 * gateways, as it is sealed under the same key. Rights stay: to end reading, `revokeAccess`.
 *
 * @param options.purposes - those to keep. `until` - Unix seconds, exclusive. Left out: as they are.
 * @returns one entry for each compartment, in order.
 * @throws HreError `not-found` without such a grant; `consent-wider` when something would be more than before.
 */
export async function narrowAccess(
  actor: Actor,
  options: {
    reader: Address
    compartments: readonly Hex[]
    purposes?: readonly Purpose[]
    ceiling?: number
    until?: number
  },
): Promise<Applied[]> {
  const { reader, compartments } = options
  const held = await grantsInForce(actor, reader, compartments)
  return submit(
    actor,
    held.map((grant) =>
      narrowCall(actor.deployment, reader, grant.compartment, {
        rights: rightsOfBits(grant.rights),
        purposes: options.purposes ?? purposesOfBits(grant.purposes),
        ceiling: options.ceiling ?? grant.ceiling,
        from: grant.from,
        until: options.until ?? grant.until,
      }),
    ),
  )
}

/**
 * Lets a reader's grants, which are not over, end later. All else of them stays, the wraps as well.
 *
 * @param options.until - Unix seconds, exclusive.
 * @returns one entry for each compartment, in order.
 * @throws HreError `not-found` without such a grant; `consent-end-differs` when it was changed meanwhile; `consent-not-later`,
 * `consent-expired`.
 */
export async function renewAccess(
  actor: Actor,
  options: { reader: Address; compartments: readonly Hex[]; until: number },
): Promise<Applied[]> {
  const { reader, compartments, until } = options
  const held = await grantsInForce(actor, reader, compartments)
  const known = await listCompartments(actor, actor.account)
  return submit(
    actor,
    held.map(({ compartment, until: heldUntil }) => {
      const { epoch } = compartmentIn(known, compartment)
      return renewCall(actor.deployment, { reader, compartment, epoch, heldUntil, until })
    }),
  )
}

/** The grants to read that the actor gave a reader and did not take back, one for each compartment. */
async function grantsInForce(
  actor: Actor,
  reader: Address,
  compartments: readonly Hex[],
): Promise<GrantView[]> {
  const given = await listGrants(actor)
  return compartments.map((compartment) => {
    const held = given.find(
      (grant) =>
        grant.reader === reader && grant.compartment === compartment && !grant.filing && !grant.revoked,
    )
    if (!held) throw hreError('not-found', { reader, compartment })
    return held
  })
}

/**
 * Parts of the actor's chart whose key a reader still has whose grant was taken back: the machine stopped between the
 * revocation and the new key, or somebody took it back who decides for the actor and has no keys to change (C13). (The gateway refuses that reader meanwhile; what is filed is sealed to a key that they know.)
 */
export async function unfinishedRevocations(actor: Actor): Promise<Hex[]> {
  const [known, grants] = await Promise.all([listCompartments(actor, actor.account), listGrants(actor)])
  const reading = grants.filter((grant) => (grant.rights & rights.read) !== 0)
  return known
    .filter(({ compartment, epochs }) => {
      const here = reading.filter((grant) => grant.compartment === compartment)
      const stay = new Set(here.filter(({ revoked }) => !revoked).map(({ reader }) => reader))
      const since = epochs.at(-1)!.sinceBlock
      return here.some(
        ({ reader, endedBlock }) => !stay.has(reader) && endedBlock !== null && endedBlock >= since,
      )
    })
    .map(({ compartment }) => compartment)
}

/** Changes the keys that an interrupted revocation left, or one by a delegate. What a patient's machine does at a login. Does nothing when there is nothing to do. @returns which. */
export async function finishRevocations(actor: Actor): Promise<Hex[]> {
  const compartments = await unfinishedRevocations(actor)
  if (compartments.length > 0) await rotateKeys(actor, { compartments })
  return compartments
}

function compartmentIn(known: readonly CompartmentView[], compartment: Hex): CompartmentView {
  const found = known.find((row) => row.compartment === compartment)
  if (!found) throw hreError('not-found', { compartment })
  return found
}
