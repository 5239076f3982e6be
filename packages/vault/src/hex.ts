import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { VaultError } from './errors.ts'

/** Bytes as `0x` and hexadecimal digits. What this package returns is lower case. */
export type Hex = `0x${string}`
/** 32 bytes as {@link Hex}. */
export type Hex32 = Hex
/** 20 bytes as {@link Hex}: an account or a contract. */
export type Address = Hex

export function encodeHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`
}

/** Reads exactly `sizeBytes` of hexadecimal, either case. Throws `argument-invalid` naming the argument, not its value. */
export function decodeHex(text: unknown, argument: string, sizeBytes: number): Uint8Array {
  assertHex(text, argument, sizeBytes)
  return hexToBytes(text.slice(2))
}

/** The one spelling that contexts and labels use, so that a checksummed address makes the same bytes. */
export function lowerHex(text: unknown, argument: string, sizeBytes: number): Hex {
  assertHex(text, argument, sizeBytes)
  return text.toLowerCase() as Hex
}

function assertHex(text: unknown, argument: string, sizeBytes: number): asserts text is Hex {
  const digits = sizeBytes * 2
  if (typeof text !== 'string' || text.length !== digits + 2 || !/^0x[0-9a-fA-F]*$/.test(text)) {
    throw new VaultError('argument-invalid', { argument, expected: `0x and ${digits} hexadecimal digits` })
  }
}

export function assertBytes(
  value: unknown,
  argument: string,
  sizeBytes?: number,
): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array) || (sizeBytes !== undefined && value.length !== sizeBytes)) {
    throw new VaultError('argument-invalid', {
      argument,
      expected: sizeBytes === undefined ? 'a Uint8Array' : `a Uint8Array of ${sizeBytes} bytes`,
    })
  }
}

export function concatBytes(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let sizeBytes = 0
  for (const part of parts) sizeBytes += part.length
  const out = new Uint8Array(sizeBytes)
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

const encoder = new TextEncoder()
/** UTF-8. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text)
