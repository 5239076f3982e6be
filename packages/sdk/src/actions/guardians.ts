import { GatewayClient } from '@hre/client'
import {
  approveRecoveryCall,
  hreError,
  isHreError,
  setGuardiansCall,
  vetoRecoveryCall,
  type RouteOutput,
  type Routes,
} from '@hre/protocol'
import {
  addUnlockWay,
  approveRecovery,
  completeRecovery,
  createRecoveryRequest,
  identityOf,
  openKeyring,
  openSucceededKeyring,
  recoveryOf,
  recoveryPrefixOf,
  recoveryRequestHashOf,
  recoveryWordsOf,
  replaceUnlockWay,
  sealSuccession,
  splitForGuardians,
  type GuardianShare,
  type Keyring,
  type RecoveryRequest,
  type RefusedShare,
  type Succession,
} from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import { connectWith, type Actor } from '../actor.ts'
import { askEveryGateway } from '../gateways.ts'
import { agreementTo } from '../signer-agreement.ts'
import { submit, waitForAll, type Applied } from '../submit.ts'
import { recipientOfAccount } from './account.ts'
import { listCompartments } from './consent-lists.ts'
import { fetchKeystore, storeKeystore } from './keystore.ts'
import { rotateKeys } from './rotate.ts'

/** Guardians, and recoveries of the actor's account: one that is under way and not wanted is to be vetoed. */
export async function councilOf({ session }: Actor): Promise<RouteOutput<Routes['getCouncil']>> {
  return session.call('getCouncil', {})
}

/**
 * Names who may give the actor new keys (K7, D16). Their shares and the document that these open are at the gateway before the
 * chain names them. Other guardians take the place of earlier ones.
 *
 * @param options.threshold - 2 to the number of guardians.
 * @throws HreError `not-found` without a stored keystore (`protectKeys`); `conflict`; VaultError.
 */
export async function nameGuardians(
  actor: Actor,
  options: { rootSeed: Uint8Array; guardians: readonly Address[]; threshold: number },
): Promise<Applied> {
  const { rootSeed, threshold } = options
  const { account, deployment, session } = actor
  const [{ term }, stored, guardians] = await Promise.all([
    councilOf(actor),
    fetchKeystore(actor),
    Promise.all(
      options.guardians.map(async (guardian) => ({
        account: guardian,
        recipient: hexToBytes(await recipientOfAccount(actor, guardian)),
      })),
    ),
  ])
  const { chainId, directory } = deployment
  const context = { chainId, directory, account, term: term + 1 }
  const { secret, shares } = await splitForGuardians({ context, guardians, threshold })
  const { document, succession, etag } = stored
  const earlier = document.ways.find(({ kind }) => kind === 'guardians')
  const changed = earlier
    ? await replaceUnlockWay(document, rootSeed, earlier.id, secret)
    : await addUnlockWay(document, rootSeed, secret)
  await session.call('putGuardianShares', { body: { shares } })
  await storeKeystore(actor, { document: changed, succession, secrets: [], replaces: etag })
  const accounts = guardians.map((guardian) => guardian.account)
  const [applied] = await submit(actor, [setGuardiansCall(deployment, accounts, threshold)])
  return applied!
}

/** Says no to every recovery of the actor's account that is under way (D17). */
export async function vetoRecovery(actor: Actor): Promise<Applied> {
  const [applied] = await submit(actor, [vetoRecoveryCall(actor.deployment)])
  return applied!
}

/** What a new device keeps until it is done; `rootSeed` is secret: seal it at once. */
export interface StartedRecovery {
  request: RecoveryRequest
  rootSeed: Uint8Array
  /** To be read to each guardian, by telephone or face to face. */
  words: string
}

/**
 * Asks an account's guardians for new keys, from a device that has nothing (K8).
 *
 * @throws HreError `not-found`: the account has no guardians.
 */
export async function startRecovery(gatewayUrl: string, account: Address): Promise<StartedRecovery> {
  const client = new GatewayClient({ baseUrl: gatewayUrl })
  const { deployment } = await client.call('getExchange', {})
  const { chainId, directory } = deployment
  const { request, rootSeed } = createRecoveryRequest({ chainId, directory, account })
  await client.call('putRecoveryRequest', { body: { request } })
  return { request, rootSeed, words: recoveryWordsOf(request) }
}

/**
 * A guardian's part: finds the request by the words that its owner reads out, which no other request has, approves it on chain and
 * leaves the own share for the new device (K8).
 *
 * @throws HreError `not-found`: no request has these words, or the actor is no guardian of that account; VaultError
 * `phrase-malformed`, `recovery-request-refused`.
 */
export async function approveAsGuardian(
  actor: Actor,
  words: string,
): Promise<Applied & { account: Address }> {
  const request = await requestOfWords(actor, words)
  const { account } = request
  const share = await shareFor(actor, account)
  const approval = await approveRecovery({ share, guardianSeed: actor.keyring.recipientSeed, request })
  const call = approveRecoveryCall(actor.deployment, account, recoveryOf(request))
  const [applied] = await submit(actor, [call])
  let kept = 0
  // The new device asks one gateway, and the guardian does not know which.
  await askEveryGateway(actor, async (session) => {
    try {
      await session.call('putRecoveryApproval', { body: { approval } })
      kept++
    } catch (error) {
      if (!isHreError(error, 'not-found')) throw error
    }
  })
  if (kept === 0) throw hreError('not-found', { account })
  return { ...applied!, account }
}

async function requestOfWords(actor: Actor, words: string): Promise<RecoveryRequest> {
  const prefix = recoveryPrefixOf(words)
  const { answers } = await askEveryGateway(actor, (session) =>
    session.call('findRecoveryRequest', { params: { prefix } }),
  )
  // A gateway may answer anything: what counts is that the request has the words.
  const found = answers
    .flatMap(({ answer }) => answer.requests)
    .find((request) => recoveryRequestHashOf(request).startsWith(prefix))
  if (!found) throw hreError('not-found')
  return found
}

async function shareFor(actor: Actor, account: Address): Promise<GuardianShare> {
  const { answers } = await askEveryGateway(actor, (session) => session.call('listGuardianShares', {}))
  const shares = answers.flatMap(({ answer }) =>
    answer.shares.filter(({ context }) => context.account === account),
  )
  const newest = shares.toSorted((a, b) => b.context.term - a.context.term)[0]
  if (!newest) throw hreError('not-found', { account })
  return newest
}

/** How far a recovery has come. */
export async function recoveryState(
  gatewayUrl: string,
  request: RecoveryRequest,
): Promise<RouteOutput<Routes['getRecovery']>> {
  const params = { request: recoveryRequestHashOf(request) }
  return new GatewayClient({ baseUrl: gatewayUrl }).call('getRecovery', { params })
}

/**
 * The new device's part once the waiting period is over: takes the account over, opens the old root seed with the guardians'
 * shares, and starts a new epoch of every compartment from the fresh one (K8). After a failure call it again: what was done
 * is not done twice.
 *
 * @returns `succession`: to be kept with the fresh root seed, and stored with `protectKeys`.
 * @throws HreError `directory-recovery-not-ready`, `directory-recovery-over`; VaultError `shares-too-few` with who gave what.
 */
export async function finishRecovery(
  gatewayUrl: string,
  { request, rootSeed }: StartedRecovery,
  onSucceeded: (succession: Succession) => Promise<void> = async () => {},
): Promise<{ actor: Actor; succession: Succession; refused: RefusedShare[]; rotated: Hex[] }> {
  const state = await recoveryState(gatewayUrl, request)
  if (state.recovery?.state !== 'executed') await execute(gatewayUrl, request, rootSeed, state.agreement)
  const fresh: Keyring = { ...openKeyring(rootSeed), account: request.account as Address }
  const newcomer = await connectWith(gatewayUrl, fresh)
  const { document, succession: earlier } = await fetchKeystore(newcomer)
  const way = document.ways.find(({ kind }) => kind === 'guardians')
  if (!way) throw hreError('not-found')
  const recovered = await completeRecovery({ request, rootSeed, way, approvals: state.approvals })
  const compartments = await listCompartments(newcomer, newcomer.account).catch((error: unknown) => {
    if (!isHreError(error, 'not-found')) throw error
    return []
  })
  const succession = sealSuccession(rootSeed, {
    account: request.account,
    rootSeed: recovered.rootSeed,
    lastEpochs: Object.fromEntries(compartments.map(({ compartment, epoch }) => [compartment, epoch])),
    succession: earlier ?? undefined,
  })
  // Kept before a key changes: without it the new epochs could not be told from the old ones.
  await onSucceeded(succession)
  const actor = await connectWith(gatewayUrl, openSucceededKeyring(rootSeed, succession))
  const rotated = compartments.map(({ compartment }) => compartment)
  await rotateKeys(actor, { compartments: rotated })
  return { actor, succession, refused: recovered.refused, rotated }
}

async function execute(
  gatewayUrl: string,
  request: RecoveryRequest,
  rootSeed: Uint8Array,
  agreement: Hex,
): Promise<void> {
  const actor = await connectWith(gatewayUrl, openKeyring(rootSeed))
  const { account, signer } = request
  const message = agreementTo(actor.deployment, { account: account as Address, signer }, agreement)
  const possession = await identityOf(actor.keyring).sign(message)
  const params = { request: recoveryRequestHashOf(request) }
  const { id } = await actor.session.client.call('executeRecovery', { params, body: { possession } })
  await waitForAll(actor, [id])
}
