import type { Address, Hex } from 'viem'
import { z } from 'zod'

/**
 * Hexadecimal on the wire: `0x`, lower case, fixed width. Upper-case input is accepted and lowered, so that one id has
 * one spelling in SQL, in logs and in hashes of JSON.
 */
const hexOf = (digits: string, what: string) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]${digits}$`), `${what} in hexadecimal with 0x`)
    .toLowerCase()

/** 20 bytes: an account or a contract. */
export const addressSchema = hexOf('{40}', '20 bytes').meta({
  id: 'Address',
  description: '20 bytes in hexadecimal: an account or a contract',
}) as unknown as z.ZodType<Address, string>
/** 32 bytes: a hash, a random id or a nonce. */
export const bytes32Schema = hexOf('{64}', '32 bytes').meta({
  id: 'Bytes32',
  description: '32 bytes in hexadecimal: a hash, a random id or a nonce',
}) as unknown as z.ZodType<Hex, string>
/** Any number of whole bytes up to `maxBytes`. */
export const bytesSchema = (maxBytes: number) =>
  z
    .string()
    .max(2 + 2 * maxBytes)
    .regex(/^0x([0-9a-fA-F]{2})*$/, `at most ${maxBytes} bytes in hexadecimal with 0x`)
    .toLowerCase()
    .meta({ description: `At most ${maxBytes} bytes in hexadecimal` }) as unknown as z.ZodType<Hex, string>

/** Unix seconds, UTC. The width is that of `uint48` on chain. */
export const secondsSchema = z
  .int()
  .min(0)
  .max(2 ** 48 - 1)
  .meta({ id: 'UnixSeconds', description: 'Unix seconds, UTC' })

/** The one spelling of an address (viem prints EIP-55 checksums). */
export const lowerAddress = (address: Address): Address => address.toLowerCase() as Address

/** The id that means "nobody". */
export const zeroAddress: Address = '0x0000000000000000000000000000000000000000'
export const zeroBytes32: Hex = `0x${'0'.repeat(64)}`
