import { customType } from 'drizzle-orm/pg-core'
import type { Address, Hex } from 'viem'

/** Hexadecimal in code, `bytea` in SQL: half the size, and no second spelling. */
export const hex = customType<{ data: Hex; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  toDriver: (value) => bytesOf(value),
  fromDriver: (value) => hexOf(value),
})

/** A 20-byte id, lower case. */
export const address = customType<{ data: Address; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  toDriver: (value) => bytesOf(value),
  fromDriver: (value) => hexOf(value),
})

// By Node's own conversions, a tenth of the price: each row has several of these.

/** @throws Error for what is not hexadecimal, of which Node would keep the beginning. */
function bytesOf(value: Hex): Buffer {
  const bytes = Buffer.from(value.slice(2), 'hex')
  if (!value.startsWith('0x') || bytes.length * 2 + 2 !== value.length) throw new Error('not hexadecimal')
  return bytes
}

const hexOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Hex =>
  `0x${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}`
