import {
  base64ToBytes,
  bytesToBase64,
  hreError,
  isHreError,
  limits,
  rights,
  rotateCall,
  type Call,
  type CompartmentView,
  type GrantView,
  type RotationWraps,
} from '@hre/protocol'
import {
  contentIdOf,
  epochKeyOf,
  isWrapFromNowOn,
  recipientOf,
  sealBackLink,
  wrapEpochKey,
  wrapEpochSeed,
} from '@hre/vault'
import { bytesToHex, hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { inParallel } from '../parallel.ts'
import { submit, type Applied } from '../submit.ts'
import { recipientOfAccount } from './account.ts'
import { listCompartments, listGrants } from './consent-lists.ts'

/** What a reader of an epoch opens beside it: everything before, or nothing of it (E16). */
export type History = 'all' | 'from-now-on'

/** Readers asked about at a time. */
const wrapsAtOnce = 8
/** Wraps of one submission: in base64 they stay below half of what a gateway takes. */
const submissionBytesMax = limits.jsonBodyBytesMax / 4

/**
 * Starts the next epoch of parts of the actor's chart and wraps it to everyone who may still read: those who had history
 * keep it, those from now on get this epoch alone. Each part is on chain whole or not at all; after a failure call it again.
 *
 * @param options.without - a reader who gets nothing, whatever grants the gateway names.
 * @returns one entry for each compartment, in order.
 * @throws HreError `payload-too-large` with more readers than a rotation carries (about 650), before anything is sent;
 * `consent-epoch-invalid` when another device was faster.
 */
export async function rotateKeys(
  actor: Actor,
  options: { compartments: readonly Hex[]; without?: Address },
): Promise<Applied[]> {
  const [known, grants] = await Promise.all([listCompartments(actor, actor.account), listGrants(actor)])
  const rotations: { call: Call; wraps: Uint8Array }[] = []
  for (const compartment of options.compartments) {
    const view = known.find((row) => row.compartment === compartment)
    if (!view) throw hreError('not-found', { compartment })
    const staying = grants.filter(
      (grant) => grant.compartment === compartment && grant.reader !== options.without && mayStillRead(grant),
    )
    await actor.check?.assertGrants(staying)
    rotations.push(await rotationOf(actor, view, staying))
  }
  const applied: Applied[] = []
  for (const group of groupsOf(rotations)) {
    const calls = group.map(({ call }) => call)
    applied.push(...(await submit(actor, calls, { attachments: group.map(({ wraps }) => wraps) })))
  }
  return applied
}

const mayStillRead = ({ revoked, until, rights: held }: GrantView): boolean =>
  !revoked && until > Date.now() / 1000 && (held & rights.read) !== 0

async function rotationOf(
  actor: Actor,
  { compartment, epoch }: CompartmentView,
  staying: readonly GrantView[],
): Promise<{ call: Call; wraps: Uint8Array }> {
  const { account, deployment, keyring } = actor
  const next = epoch + 1
  const newSeed = keyring.epochSeed(compartment, next)
  const oldSeed = keyring.epochSeed(compartment, epoch)
  const backLink = sealBackLink({ patient: account, compartment, newEpoch: next, newSeed, oldSeed })
  const entries = await inParallel(staying, wrapsAtOnce, async (grant) => {
    const { reader } = grant
    const [recipient, history] = await Promise.all([
      recipientOfAccount(actor, reader),
      historyOf(actor, grant),
    ])
    const wrap = await wrapFor(actor, { compartment, epoch: next, reader, recipient, history })
    return [reader, bytesToBase64(wrap)] as const
  })
  const wraps: RotationWraps = { version: 1, wraps: Object.fromEntries(entries) }
  const bytes = new TextEncoder().encode(JSON.stringify(wraps))
  if (bytes.length > limits.attachmentBytesMax)
    throw hreError('payload-too-large', { bytesMax: limits.attachmentBytesMax })
  const call = rotateCall(deployment, {
    compartment,
    epoch: next,
    recipient: bytesToHex(recipientOf(epochKeyOf(newSeed, next))),
    backLink: bytesToHex(backLink),
    wrapsHash: contentIdOf(bytes),
  })
  return { call, wraps: bytes }
}

/** What the reader's grant gave, read from the wrap that the chain names. */
async function historyOf({ session }: Actor, grant: GrantView): Promise<History> {
  const { compartment, reader, wrapHash } = grant
  try {
    const { wrap } = await session.call('getGivenWrap', { params: { compartment, reader } })
    const bytes = base64ToBytes(wrap)
    if (contentIdOf(bytes) !== wrapHash) throw hreError('content-mismatch', { contentId: wrapHash })
    return isWrapFromNowOn(bytes) ? 'from-now-on' : 'all'
  } catch (error) {
    // Lost, or kept where nobody answers: then the lesser of the two. Whoever had more reaches it by the grant's own wrap.
    if (isHreError(error, 'not-found') || isHreError(error, 'peer-unavailable')) return 'from-now-on'
    throw error
  }
}

/** An epoch of the actor's own chart, wrapped to one reader. */
export async function wrapFor(
  { account, deployment, keyring }: Actor,
  wanted: { compartment: Hex; epoch: number; reader: Address; recipient: Hex; history: History },
): Promise<Uint8Array> {
  const { compartment, epoch, reader, recipient, history } = wanted
  const { chainId, consent } = deployment
  const seed = keyring.epochSeed(compartment, epoch)
  const to = {
    readerRecipient: hexToBytes(recipient),
    context: { chainId, consent, patient: account, compartment, epoch, reader },
  }
  return history === 'all'
    ? wrapEpochSeed({ seed, ...to })
    : wrapEpochKey({ epochKey: epochKeyOf(seed, epoch), ...to })
}

/** In order, each of a size that a gateway takes in one submission. */
function groupsOf<T extends { wraps: Uint8Array }>(rotations: readonly T[]): T[][] {
  const groups: T[][] = []
  let sizeBytes = Infinity
  for (const rotation of rotations) {
    sizeBytes += rotation.wraps.length
    if (sizeBytes > submissionBytesMax) {
      groups.push([])
      sizeBytes = rotation.wraps.length
    }
    groups.at(-1)!.push(rotation)
  }
  return groups
}
