import { wordlist as english } from '@scure/bip39/wordlists/english'
import { VaultError, type PhraseReason } from './errors.ts'
import { assertBytes } from './hex.ts'
import { primitives } from './primitives.ts'
import { platformRandom, type RandomBytes } from './random.ts'

const words = 24
const bitsPerWord = 11
const entropyBytes = 32

/**
 * 32 bytes as 24 words for paper (BIP-39, English). A checksum of 8 bits finds 255 of 256 slips of the pen.
 *
 * @throws VaultError `argument-invalid`.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki; spec/keyring.md K3
 */
export function encodeRecoveryPhrase(entropy: Uint8Array): string {
  assertBytes(entropy, 'entropy', entropyBytes)
  let bits = [...entropy, checksumOf(entropy)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const phrase: string[] = []
  for (; bits.length > 0; bits = bits.slice(bitsPerWord)) {
    phrase.push(english[parseInt(bits.slice(0, bitsPerWord), 2)]!)
  }
  return phrase.join(' ')
}

/**
 * The 32 bytes of 24 words. White space and capitals do not matter. The words are secret: no error carries them.
 *
 * @throws VaultError `phrase-malformed` with `data.reason` and, for an unknown word, its `data.position` from 1.
 */
export function decodeRecoveryPhrase(phrase: string): Uint8Array {
  // Longer than any 24 words: not looked at.
  const text = typeof phrase === 'string' && phrase.length <= 1000 ? phrase : ''
  const given = text.normalize('NFKD').toLowerCase().trim().split(/\s+/)
  if (given.length !== words) refuse('word-count')
  const indexes = given.map((word) => english.indexOf(word))
  const unknown = indexes.indexOf(-1)
  if (unknown >= 0) refuse('unknown-word', unknown + 1)
  const bits = indexes.map((index) => index.toString(2).padStart(bitsPerWord, '0')).join('')
  const bytes = Uint8Array.from(bits.match(/.{8}/g)!, (byte) => parseInt(byte, 2))
  const entropy = bytes.slice(0, entropyBytes)
  if (checksumOf(entropy) !== bytes[entropyBytes]) refuse('checksum')
  return entropy
}

/** A fresh phrase: 256 random bits. It seals the root seed, it is not the root seed, so it can be replaced. */
export function createRecoveryPhrase(random: RandomBytes = platformRandom): string {
  return encodeRecoveryPhrase(random(entropyBytes))
}

function checksumOf(entropy: Uint8Array): number {
  const running = primitives().createSha256()
  running.update(entropy)
  return running.digest()[0]!
}

function refuse(reason: PhraseReason, position = 0): never {
  throw new VaultError('phrase-malformed', { reason, position })
}
