import type { CompartmentName } from '@hre/fhir'
import {
  base64ToBytes,
  bytesToBase64,
  grantForCall,
  hreError,
  isHreError,
  revokeCall,
  revokeForCall,
  rights,
  setDelegateCall,
  type Call,
  type DelegationView,
  type GrantView,
} from '@hre/protocol'
import {
  contentIdOf,
  unwrapCompartmentMap,
  wrapCompartmentMap,
  wrapEpochKey,
  wrapEpochSeed,
} from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { allRows } from '../all-rows.ts'
import { EpochKeys } from '../epoch-keys.ts'
import { askEveryGateway } from '../gateways.ts'
import { submit, type Applied } from '../submit.ts'
import { recipientOfAccount } from './account.ts'
import { compartmentIds, mapContext } from './chart.ts'
import { readingGrants, revokeAccess, type ReadingTerms } from './consent.ts'
import { listCompartments, listGrants } from './consent-lists.ts'
import { rotateKeys } from './rotate.ts'

/**
 * Lets somebody look after the actor's chart until a day: read these parts for the family's reasons (FAMRQT), see who looked and
 * who may, and decide about grants within what they may open (C13). Grants and delegation are refused together, before anything is
 * done; after a failure call it again. Naming again counts in place of what was before: parts that are left out are taken back.
 *
 * @param options.until - Unix seconds, exclusive: end of both.
 * @param options.ceiling - most sensitive record that is open to them, and that they may open to others; default 5.
 * @returns the grants, then the delegation.
 * @throws HreError `not-found` for somebody who is not registered; `consent-reader-is-patient`.
 */
export async function nameDelegate(
  actor: Actor,
  options: {
    delegate: Address
    compartments: readonly Hex[]
    until: number
    from?: number
    ceiling?: number
  },
): Promise<Applied[]> {
  const { delegate, ...terms } = options
  const { compartments, until } = terms
  const { calls, attachments } = await readingGrants(actor, {
    ...terms,
    reader: delegate,
    purposes: ['FAMRQT'],
    history: 'all',
  })
  const applied = await submit(actor, [...calls, setDelegateCall(actor.deployment, delegate, until)], {
    attachments,
  })
  await sealMapTo(actor, delegate)
  const dropped = (await readingOf(actor, delegate)).filter(
    (compartment) => !compartments.includes(compartment),
  )
  if (dropped.length > 0) await revokeAccess(actor, { reader: delegate, compartments: dropped })
  return applied
}

/**
 * Ends what somebody may decide and open, at once, and changes the keys. What they let others open meanwhile stays, as grants
 * whose `delegate` is theirs: look at those as well. When it fails after the first step, `finishRevocations` does the rest.
 *
 * @returns the delegation's end and the revocations, then the rotations.
 */
export async function endDelegate(actor: Actor, delegate: Address): Promise<Applied[]> {
  const { deployment } = actor
  const compartments = await readingOf(actor, delegate)
  const ended = await submit(actor, [
    setDelegateCall(deployment, delegate, 0),
    ...compartments.map((compartment) => revokeCall(deployment, delegate, compartment)),
  ])
  // Gateways that are away give it to nobody either: the delegation is over.
  await askEveryGateway(actor, (session) =>
    session.call('putDelegateMap', { params: { delegate }, body: { map: null } }),
  )
  return [...ended, ...(await rotateKeys(actor, { compartments, without: delegate }))]
}

/** Whom the actor named to decide for them, over or not; or for whom the actor may decide now. */
export async function listDelegations(
  { session }: Actor,
  side: 'given' | 'received' = 'given',
): Promise<DelegationView[]> {
  return allRows(
    (cursor) => session.call('listDelegations', { query: { side, cursor } }),
    ({ delegations }) => delegations,
  )
}

/**
 * Which part of a chart is which, for somebody who may decide for its patient.
 *
 * @throws HreError `not-found`: the actor may not, or no gateway that answers has what the patient sealed; VaultError.
 */
export async function compartmentIdsOf(
  actor: Actor,
  patient: Address,
): Promise<Partial<Record<CompartmentName, Hex>>> {
  const { answers } = await askEveryGateway(actor, (session) =>
    session.call('getDelegateMap', { params: { patient } }).catch((error: unknown) => {
      if (!isHreError(error, 'not-found')) throw error
    }),
  )
  const map = answers.find(({ answer }) => answer !== undefined)?.answer?.map
  if (map === undefined) throw hreError('not-found', { patient })
  return unwrapCompartmentMap({
    wrap: base64ToBytes(map),
    readerSeed: actor.keyring.recipientSeed,
    context: mapContext(actor.deployment, patient, actor.account),
  })
}

/**
 * Lets somebody open parts of a chart, for its patient. The reader gets what the actor holds: the earlier records too, where the
 * actor has them.
 *
 * @param options.ceiling, options.until - not above, and not later than, those of the actor’s own grant, whose ceiling is the default.
 * @returns one entry for each compartment, in order.
 * @throws HreError `not-found` for a part that the actor may not open; `consent-not-delegated`: the delegation is over, or there is
 * none; `consent-beyond-delegate` for more than the actor may open, or for oneself; nothing is done then.
 */
export async function grantAccessFor(
  actor: Actor,
  patient: Address,
  options: ReadingTerms,
): Promise<Applied[]> {
  const { reader } = options
  const recipient = hexToBytes(await recipientOfAccount(actor, reader))
  const own = await listGrants(actor, 'received')
  const known = await listCompartments(actor, patient)
  const keys = new EpochKeys(actor)
  const calls: Call[] = []
  const attachments: Uint8Array[] = []
  for (const compartment of options.compartments) {
    const held = own.find((grant) => isOwn(grant, actor.account, patient, compartment))
    const present = known.find((row) => row.compartment === compartment)
    if (!held || !present) throw hreError('not-found', { compartment })
    const wrap = await handOn(actor, keys, { patient, compartment, epoch: present.epoch, reader, recipient })
    attachments.push(wrap)
    calls.push(
      grantForCall(actor.deployment, patient, {
        reader,
        compartment,
        rights: ['read'],
        purposes: options.purposes,
        ceiling: options.ceiling ?? held.ceiling,
        from: options.from ?? Math.floor(Date.now() / 1000),
        until: options.until,
        wrapHash: contentIdOf(wrap),
      }),
    )
  }
  return submit(actor, calls, { attachments })
}

/**
 * Ends a reader's grants for a patient: every decision from then on is a refusal. The key changes at the patient's own next login
 * (`finishRevocations`), since nobody else can change it.
 *
 * @returns one entry for each compartment, in order.
 * @throws HreError `consent-not-delegated`, `consent-not-granted`.
 */
export async function revokeAccessFor(
  actor: Actor,
  patient: Address,
  options: { reader: Address; compartments: readonly Hex[] },
): Promise<Applied[]> {
  const { reader, compartments } = options
  return submit(
    actor,
    compartments.map((compartment) => revokeForCall(actor.deployment, patient, reader, compartment)),
  )
}

/** Parts that somebody may read by the actor's own grants. */
async function readingOf(actor: Actor, reader: Address): Promise<Hex[]> {
  const given = await listGrants(actor)
  return given
    .filter((grant) => grant.reader === reader && !grant.revoked && (grant.rights & rights.read) !== 0)
    .map(({ compartment }) => compartment)
}

const isOwn = (grant: GrantView, account: Address, patient: Address, compartment: Hex): boolean =>
  grant.patient === patient &&
  grant.reader === account &&
  grant.compartment === compartment &&
  !grant.revoked &&
  (grant.rights & rights.read) !== 0

/** The key that the actor has of the present epoch, wrapped to a reader as the patient would (E6, E16). */
async function handOn(
  { deployment }: Actor,
  keys: EpochKeys,
  wanted: { patient: Address; compartment: Hex; epoch: number; reader: Address; recipient: Uint8Array },
): Promise<Uint8Array> {
  const { patient, compartment, epoch, reader, recipient } = wanted
  const held = await keys.newestOf(patient, compartment)
  // A grant's wrap is of the epoch that is present when it is given.
  if (held.epoch !== epoch) throw hreError('not-found', { compartment, epoch })
  const { chainId, consent } = deployment
  const to = {
    readerRecipient: recipient,
    context: { chainId, consent, patient, compartment, epoch, reader },
  }
  return 'seed' in held
    ? wrapEpochSeed({ seed: held.seed, ...to })
    : wrapEpochKey({ epochKey: held.epochKey, ...to })
}

/** The names of the parts, at every gateway that answers: whichever the delegate asks has them. */
async function sealMapTo(actor: Actor, delegate: Address): Promise<void> {
  const map = await wrapCompartmentMap({
    map: compartmentIds(actor),
    readerRecipient: hexToBytes(await recipientOfAccount(actor, delegate)),
    context: mapContext(actor.deployment, actor.account, delegate),
  })
  await askEveryGateway(actor, (session) =>
    session.call('putDelegateMap', { params: { delegate }, body: { map: bytesToBase64(map) } }),
  )
}
