import { compartmentNames } from '@hre/fhir'
import { isHreError, limits } from '@hre/protocol'
import {
  createRecoveryPhrase,
  createUnlockDocument,
  openKeyring,
  verifiersOfWays,
  type UnlockDocument,
  type UnlockSecret,
  type WayVerifier,
} from '@hre/vault'
import type { Address, Hex } from 'viem'
import { connect, type Actor } from '../actor.ts'
import { compartmentIds } from './chart.ts'
import { finishRevocations } from './consent.ts'
import { nameDelegate } from './delegates.ts'
import { settleEmergencies } from './emergency-marks.ts'
import { acceptInvitation, type JoinStep } from './invitation.ts'
import { recallKeys } from './keystore.ts'

/** Keys for somebody who is looked after, before anybody knows of them. Secret but for the account. */
export interface NewWard {
  account: Address
  rootSeed: Uint8Array
  /** What the gateway will keep of them: it opens by the ward's paper, and by the actor's keys (K13). */
  document: UnlockDocument
  verifiers: WayVerifier[]
}

const daySeconds = 24 * 60 * 60

/** The way by which the actor opens a ward's keys, on whichever device (K13). */
const wayOf = ({ keyring }: Actor, ward: Address): UnlockSecret => ({
  kind: 'phrase',
  phrase: createRecoveryPhrase(() => keyring.wardSecret(ward)),
})

/** Seals a ward's keys, so that neither they nor their paper are needed again while the actor's are there. */
export async function sealWard(actor: Actor, rootSeed: Uint8Array, phrase: string): Promise<NewWard> {
  const account = openKeyring(rootSeed).account as Address
  const secrets: UnlockSecret[] = [{ kind: 'phrase', phrase }, wayOf(actor, account)]
  const document = await createUnlockDocument(rootSeed, secrets)
  const verifiers = await verifiersOfWays(account, document.ways, secrets)
  return { account, rootSeed, document, verifiers }
}

/**
 * Brings somebody in who is looked after, by the front desk's invitation and with keys of their own, and makes the actor their
 * delegate (D18) for everything, as long as a grant may last. After a failure call it again with the same ward.
 *
 * @throws HreError `not-found` for an invitation that is unknown, spent by somebody else or too old.
 */
export async function admitWard(
  actor: Actor,
  options: { gatewayUrl: string; ward: NewWard; invitation: Hex; onStep?: (step: JoinStep) => void },
): Promise<void> {
  const { gatewayUrl, ward, invitation, onStep } = options
  const { rootSeed, document, verifiers } = ward
  const child = await connect({ gatewayUrl, rootSeed })
  try {
    await acceptInvitation(child, invitation, onStep)
    const body = { document: { ...document }, succession: null, verifiers, replaces: null }
    await child.session.call('putKeystore', { body }).catch((error: unknown) => {
      // Kept by an earlier try, whose answer was lost.
      if (!isHreError(error, 'conflict')) throw error
    })
    const ids = compartmentIds(child)
    const now = Math.floor(Date.now() / 1000)
    await nameDelegate(child, {
      delegate: actor.account,
      compartments: compartmentNames.map((name) => ids[name]),
      from: now - limits.accessRequestAheadSecondsMax,
      until: now + limits.grantSecondsMax - daySeconds,
    })
  } finally {
    child.keyring.forget()
  }
}

/**
 * What a ward's own machine would do at a login: keys that are to be changed are (C13, S10). Does nothing when there is nothing to
 * do.
 *
 * @returns parts with a new key.
 * @throws HreError `not-found`: the actor did not make this account's keys, or they are others by now; `rate-limited` after ten tries.
 */
export async function settleWard(
  actor: Actor,
  options: { gatewayUrl: string; ward: Address },
): Promise<Hex[]> {
  const { gatewayUrl, ward } = options
  const { rootSeed, succession } = await recallKeys({
    gatewayUrl,
    account: ward,
    secret: wayOf(actor, ward),
  })
  const child = await connect({ gatewayUrl, rootSeed, succession })
  try {
    const finished = await finishRevocations(child)
    const { rotated } = await settleEmergencies(child)
    return [...finished, ...rotated]
  } finally {
    child.keyring.forget()
    rootSeed.fill(0)
  }
}
