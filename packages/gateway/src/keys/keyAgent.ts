import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Deployment } from '@hre/protocol'
import {
  assertKeystore,
  identityOf,
  openKeyring,
  openKeystore,
  patientNumberKeyOf,
  type Identity,
  type Keyring,
} from '@hre/vault'
import { mapHashToField } from '@noble/curves/abstract/modular.js'
import { p256 } from '@noble/curves/nist.js'
import type { Address, Hex } from 'viem'
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts'
import { openCard, type CardConfig } from './card.ts'

/** The organisation's keys, in the one process that may use them. */
export interface KeyAgent {
  identity: Identity
  keyring: Keyring
  /** Pays for transactions; it has no say in what they carry. */
  relay: PrivateKeyAccount
  /** Under which this organisation keeps its patient numbers (S12). */
  patientNumberKey: Uint8Array
  /** An account as this gateway alone can spell it: whose a card is, without saying so in SQL (S11). */
  ownerOf(account: Address): Hex
  /** Signs session tokens (Ed25519); each generation is another key (G35), the first is 1. */
  tokenKey(generation: number): TokenKey
  /** Authenticates puzzles (G39), 32 bytes: the same for every replica, so that none has to be remembered. */
  puzzleKey: Uint8Array
  /** By which push services know this gateway (RFC 8292): the same for all replicas, and for good. */
  pushKey: PushKey
  /** Signs what is sent to one webhook, 32 bytes: not kept, so nobody reads it in a database. */
  webhookSecret(webhook: Hex): Uint8Array
}

/** A P-256 key pair as RFC 8292 spells it: base64url of the uncompressed point and of the scalar. */
export interface PushKey {
  publicKey: string
  privateKey: string
}

export interface TokenKey {
  kid: string
  privateKey: KeyObject
  publicKey: KeyObject
}

/** The organisation's key cannot be opened. Never retry: the file or the password is wrong. */
export class KeyAgentError extends Error {
  override readonly name = 'KeyAgentError'
  readonly code = 'key-not-opened'
  readonly hint = 'Check the key file and the file with its password'
}

/**
 * Opens the organisation's sealed key (E11). With a card, that is what signs; the sealed key still opens what was granted,
 * because no card knows X-Wing.
 *
 * @throws CardError; KeyAgentError; its message names the file, never what is in it.
 */
export async function openKeyAgent(options: {
  keyFile: string
  keyPasswordFile: string
  card?: CardConfig | undefined
  deployment: Pick<Deployment, 'verifiers'>
}): Promise<KeyAgent> {
  let rootSeed: Uint8Array
  try {
    const keystore: unknown = JSON.parse(await readFile(options.keyFile, 'utf8'))
    assertKeystore(keystore)
    const password = (await readFile(options.keyPasswordFile, 'utf8')).trimEnd()
    rootSeed = await openKeystore(keystore, password)
  } catch (cause) {
    throw new KeyAgentError(`the organisation's key ${options.keyFile} does not open`, { cause })
  }
  const keyring = openKeyring(rootSeed)
  const tokenKeys = new Map<number, TokenKey>()
  return {
    keyring,
    identity: options.card ? await openCard(options.card, options.deployment.verifiers) : identityOf(keyring),
    patientNumberKey: patientNumberKeyOf(rootSeed),
    ownerOf: keyedHash(derive(rootSeed, 'HRE owner key v1')),
    relay: privateKeyToAccount(`0x${derive(rootSeed, 'HRE relay key v1 secp256k1').toString('hex')}`),
    tokenKey: (generation) => {
      const known = tokenKeys.get(generation) ?? tokenKeyOf(rootSeed, generation)
      tokenKeys.set(generation, known)
      return known
    },
    puzzleKey: derive(rootSeed, 'HRE puzzle key v1 hmac-sha256'),
    pushKey: pushKeyOf(rootSeed),
    webhookSecret: (webhook) => derive(rootSeed, `HRE webhook secret v1 ${webhook}`),
  }
}

const derive = (rootSeed: Uint8Array, label: string, bytes = 32): Buffer =>
  Buffer.from(hkdfSync('sha256', rootSeed, new Uint8Array(0), label, bytes))

const keyedHash =
  (key: Buffer) =>
  (account: Address): Hex =>
    `0x${createHmac('sha256', key).update(account).digest('hex')}`

function pushKeyOf(rootSeed: Uint8Array): PushKey {
  // 48 bytes, so that no scalar is likelier than another (FIPS 186-5, A.2.1).
  const scalar = mapHashToField(derive(rootSeed, 'HRE push key v1 p-256', 48), p256.Point.Fn.ORDER)
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  return {
    publicKey: pair.getPublicKey().toString('base64url'),
    privateKey: Buffer.from(scalar).toString('base64url'),
  }
}

function tokenKeyOf(rootSeed: Uint8Array, generation: number): TokenKey {
  const seed = derive(rootSeed, `HRE token key v2 ed25519 ${generation}`)
  // PKCS #8 of an Ed25519 seed (RFC 8410 section 7): a fixed prefix, then the seed.
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  const kid = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
    .slice(0, 16)
  return { kid, privateKey, publicKey }
}
