import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { VaultError } from './errors.ts'
import { fieldsOf } from './fields.ts'
import { assertBytes, decodeHex, encodeHex, lowerHex, utf8, type Address, type Hex } from './hex.ts'
import { openKeyring, type Keyring } from './keyring.ts'
import { checkedEpoch, derive, labels } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'

/**
 * What a root seed took over (K9), sealed under it: whoever has the new seed has the old one, and not the other way round.
 * Kept beside the unlock document; it says nothing to its keeper.
 */
export interface Succession {
  suite: 1
  nonce: Hex
  box: Hex
}

/** Whose account it is, the root seed of before and how far its epochs go. */
export interface Predecessor {
  account: Hex
  /** 32 bytes. Secret. */
  rootSeed: Uint8Array
  /** The last epoch of each compartment that the old seed makes; compartments that are not here are the new seed's. */
  lastEpochs: Readonly<Record<Hex, number>>
  /** Where the old seed had taken over itself. */
  succession?: Succession | undefined
}

const boxBytesMax = 256 * 1024

/** Seals what the fresh root seed took over. @throws VaultError `argument-invalid`. */
export function sealSuccession(
  freshSeed: Uint8Array,
  predecessor: Predecessor,
  random: RandomBytes = platformRandom,
): Succession {
  assertBytes(freshSeed, 'freshSeed', 32)
  const { rootSeed, lastEpochs, succession = null } = predecessor
  assertBytes(rootSeed, 'rootSeed', 32)
  const account = lowerHex(predecessor.account, 'account', 20)
  for (const epoch of Object.values(lastEpochs)) checkedEpoch(epoch)
  const plaintext = utf8(JSON.stringify({ account, rootSeed: encodeHex(rootSeed), lastEpochs, succession }))
  const nonce = random(24)
  const key = derive(freshSeed, labels.succession())
  return {
    suite: 1,
    nonce: encodeHex(nonce),
    box: encodeHex(xchacha20poly1305(key, nonce).encrypt(plaintext)),
  }
}

/**
 * The keys of somebody who was recovered: the fresh root seed signs and receives for the account, the old one makes the
 * compartments' ids, the epochs of before and the secrets of wards, the fresh one all later epochs (K9, K13).
 *
 * @throws VaultError `keystore-not-opened`: not under this seed; `message-refused`, `argument-invalid`.
 */
export function openSucceededKeyring(freshSeed: Uint8Array, succession: Succession): Keyring {
  const fresh = openKeyring(freshSeed)
  const { account, rootSeed, lastEpochs, succession: earlier } = openSuccession(freshSeed, succession)
  const former = earlier ? openSucceededKeyring(rootSeed, earlier) : openKeyring(rootSeed)
  rootSeed.fill(0)
  return {
    ...fresh,
    account,
    compartmentId: former.compartmentId,
    wardSecret: former.wardSecret,
    epochSeed: (compartment, epoch) => {
      const last = lastEpochs[lowerHex(compartment, 'compartment', 32)] ?? 0
      return (epoch <= last ? former : fresh).epochSeed(compartment, epoch)
    },
    forget() {
      fresh.forget()
      former.forget()
    },
  }
}

/** Checks the form and returns a copy with these members only. @throws VaultError `message-refused`. */
export function parseSuccession(value: unknown): Succession {
  const fields = fieldsOf('succession', value)
  return {
    suite: fields.integer('suite', 1, 1) as 1,
    nonce: fields.hex('nonce', 24),
    box: fields.hex('box', 16, boxBytesMax),
  }
}

function openSuccession(freshSeed: Uint8Array, value: Succession): Predecessor & { account: Address } {
  assertBytes(freshSeed, 'freshSeed', 32)
  const { nonce, box } = parseSuccession(value)
  let text: string
  try {
    const cipher = xchacha20poly1305(derive(freshSeed, labels.succession()), decodeHex(nonce, 'nonce', 24))
    text = new TextDecoder().decode(cipher.decrypt(decodeHex(box, 'box', (box.length - 2) / 2)))
  } catch (cause) {
    throw new VaultError('keystore-not-opened', {}, cause)
  }
  // Authenticated: only who holds the seed wrote it.
  const opened = JSON.parse(text) as {
    account: Address
    rootSeed: Hex
    lastEpochs: Record<Hex, number>
    succession: Succession | null
  }
  return {
    account: opened.account,
    rootSeed: decodeHex(opened.rootSeed, 'rootSeed', 32),
    lastEpochs: opened.lastEpochs,
    succession: opened.succession ?? undefined,
  }
}
