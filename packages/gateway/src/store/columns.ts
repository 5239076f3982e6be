import { customType } from 'drizzle-orm/pg-core'
import { bytesToHex, hexToBytes, type Address, type Hex } from 'viem'

/** Hexadecimal in code, `bytea` in SQL: half the size, and no second spelling. */
export const hex = customType<{ data: Hex; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(hexToBytes(value)),
  fromDriver: (value) => bytesToHex(value),
})

/** A 20-byte id, lower case. */
export const address = customType<{ data: Address; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(hexToBytes(value)),
  fromDriver: (value) => bytesToHex(value),
})
