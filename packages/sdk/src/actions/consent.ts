import {
  grantCall,
  hreError,
  revokeCall,
  rights,
  rotateCall,
  type Call,
  type CompartmentView,
  type GrantView,
  type Purpose,
  type RotationWraps,
} from '@hre/protocol'
import { contentIdOf, recipientOf, sealBackLink, wrapEpochSeed } from '@hre/vault'
import { bytesToHex, hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { bytesToBase64 } from '../base64.ts'
import { submit, type Applied } from '../submit.ts'
import { recipientOfAccount } from './account.ts'

/** Parts of a chart as a gateway knows them: ids, sensitivities, epochs. */
export async function listCompartments({ session }: Actor, patient: Address): Promise<CompartmentView[]> {
  return (await session.call('listCompartments', { params: { patient } })).compartments
}

/** Grants that the actor gave as a patient, or received as a reader; revoked and replaced ones too. */
export async function listGrants(
  { session }: Actor,
  side: 'given' | 'received' = 'given',
): Promise<GrantView[]> {
  return (await session.call('listGrants', { query: { side } })).grants
}

/**
 * Lets a reader open parts of the actor's chart, the earlier records in them included.
 *
 * @param options.from - Unix seconds; default now. `until` - exclusive.
 * @param options.ceiling - most sensitive record that is open, 1 to 5; default 5.
 * @returns one entry for each compartment, in order.
 */
export async function grantAccess(
  actor: Actor,
  options: {
    reader: Address
    compartments: readonly Hex[]
    purposes: readonly Purpose[]
    until: number
    from?: number
    ceiling?: number
  },
): Promise<Applied[]> {
  const known = await listCompartments(actor, actor.account)
  const recipient = await recipientOfAccount(actor, options.reader)
  const calls: Call[] = []
  const attachments: Uint8Array[] = []
  for (const compartment of options.compartments) {
    const { epoch } = compartmentIn(known, compartment)
    const wrap = await wrapFor(actor, { compartment, epoch, reader: options.reader, recipient })
    attachments.push(wrap)
    calls.push(
      grantCall(actor.deployment, {
        reader: options.reader,
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
  return submit(actor, calls, { attachments })
}

/**
 * Ends a reader's grants and changes the keys: the reader is refused at once, and what is recorded from now on is
 * sealed under an epoch that only those who stay can open.
 *
 * @returns the revocations, then the rotations.
 */
export async function revokeAccess(
  actor: Actor,
  options: { reader: Address; compartments: readonly Hex[] },
): Promise<Applied[]> {
  const { deployment } = actor
  const known = await listCompartments(actor, actor.account)
  const grants = await listGrants(actor)
  const revocations = options.compartments.map((compartment) =>
    revokeCall(deployment, options.reader, compartment),
  )
  const rotations: Call[] = []
  const attachments: Uint8Array[] = []
  for (const compartment of options.compartments) {
    const staying = grants.filter(
      (grant) =>
        grant.compartment === compartment &&
        grant.reader !== options.reader &&
        !grant.revoked &&
        grant.until > Date.now() / 1000 &&
        (grant.rights & rights.read) !== 0,
    )
    const rotation = await rotationOf(
      actor,
      compartmentIn(known, compartment),
      staying.map(({ reader }) => reader),
    )
    rotations.push(rotation.call)
    attachments.push(rotation.wraps)
  }
  return submit(actor, [...revocations, ...rotations], { attachments })
}

async function rotationOf(
  actor: Actor,
  { compartment, epoch }: CompartmentView,
  staying: readonly Address[],
): Promise<{ call: Call; wraps: Uint8Array }> {
  const { account, deployment, keyring } = actor
  const next = epoch + 1
  const newSeed = keyring.epochSeed(compartment, next)
  const backLink = sealBackLink({
    patient: account,
    compartment,
    newEpoch: next,
    newSeed,
    oldSeed: keyring.epochSeed(compartment, epoch),
  })
  const wraps: RotationWraps = { version: 1, wraps: {} }
  for (const reader of staying) {
    const recipient = await recipientOfAccount(actor, reader)
    wraps.wraps[reader] = bytesToBase64(await wrapFor(actor, { compartment, epoch: next, reader, recipient }))
  }
  const bytes = new TextEncoder().encode(JSON.stringify(wraps))
  const call = rotateCall(deployment, {
    compartment,
    epoch: next,
    recipient: bytesToHex(recipientOf(newSeed)),
    backLink: bytesToHex(backLink),
    wrapsHash: contentIdOf(bytes),
  })
  return { call, wraps: bytes }
}

async function wrapFor(
  { account, deployment, keyring }: Actor,
  {
    compartment,
    epoch,
    reader,
    recipient,
  }: { compartment: Hex; epoch: number; reader: Address; recipient: Hex },
): Promise<Uint8Array> {
  return wrapEpochSeed({
    seed: keyring.epochSeed(compartment, epoch),
    readerRecipient: hexToBytes(recipient),
    context: {
      chainId: deployment.chainId,
      consent: deployment.consent,
      patient: account,
      compartment,
      epoch,
      reader,
    },
  })
}

function compartmentIn(known: readonly CompartmentView[], compartment: Hex): CompartmentView {
  const found = known.find((row) => row.compartment === compartment)
  if (!found) throw hreError('not-found', { compartment })
  return found
}
