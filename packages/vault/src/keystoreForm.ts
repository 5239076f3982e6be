import { VaultError } from './errors.ts'
import type { Hex } from './hex.ts'

/** A sealed root seed as JSON (E11). */
export interface Keystore {
  suite: 1
  kdf: {
    name: 'argon2id'
    memoryKiB: number
    iterations: number
    parallelism: number
  }
  /** 16 bytes. */
  salt: Hex
  /** 24 bytes. */
  nonce: Hex
  /** 32 bytes of seed and 16 of tag. */
  box: Hex
}

/** What new keystores get, and the least that an old one may have. */
export const keystoreDefaults: Readonly<Keystore['kdf']> = Object.freeze({
  name: 'argon2id',
  memoryKiB: 64 * 1024,
  iterations: 3,
  parallelism: 1,
})
const memoryKiBMax = 1024 * 1024
const iterationsMax = 10

/**
 * Checks form and parameters: below the defaults the password is cheap to guess, above the limits opening it is an
 * attack on the reader.
 *
 * @throws VaultError `keystore-refused` with `data.field`.
 */
export function assertKeystore(value: unknown): asserts value is Keystore {
  const keystore = fieldsOf(value)
  const kdf = fieldsOf(keystore.kdf)
  demand(keystore.suite === 1, 'suite', '1')
  demand(kdf.name === 'argon2id', 'kdf.name', 'argon2id')
  demandBetween(kdf.memoryKiB, 'kdf.memoryKiB', keystoreDefaults.memoryKiB, memoryKiBMax)
  demandBetween(kdf.iterations, 'kdf.iterations', keystoreDefaults.iterations, iterationsMax)
  demandBetween(
    kdf.parallelism,
    'kdf.parallelism',
    keystoreDefaults.parallelism,
    keystoreDefaults.parallelism,
  )
  demandHex(keystore.salt, 'salt', 16)
  demandHex(keystore.nonce, 'nonce', 24)
  demandHex(keystore.box, 'box', 48)
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

function demand(holds: boolean, field: string, expected: string): void {
  if (!holds) throw new VaultError('keystore-refused', { field, expected })
}

function demandBetween(value: unknown, field: string, min: number, max: number): void {
  const number = typeof value === 'number' && Number.isInteger(value) ? value : NaN
  demand(number >= min && number <= max, field, min === max ? `${min}` : `${min} to ${max}`)
}

function demandHex(value: unknown, field: string, sizeBytes: number): void {
  const pattern = new RegExp(`^0x[0-9a-f]{${sizeBytes * 2}}$`)
  demand(typeof value === 'string' && pattern.test(value), field, `0x and ${sizeBytes * 2} lower-case digits`)
}
