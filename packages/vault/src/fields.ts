import { VaultError, type MessageForm } from './errors.ts'
import type { Hex } from './hex.ts'

/** Reads JSON that somebody else wrote: each member is checked, and a refusal names it, never its value. */
export interface Fields {
  demand(holds: boolean, field: string, expected: string): void
  /** Not checked. */
  any(field: string): unknown
  integer(field: string, min: number, max: number): number
  /** Lower case, so that a message has one spelling. */
  hex(field: string, sizeBytesMin: number, sizeBytesMax?: number): Hex
  list(field: string, min: number, max: number): unknown[]
}

/** @throws VaultError `message-refused`, from every member of the result. */
export function fieldsOf(form: MessageForm, value: unknown): Fields {
  const members: Record<string, unknown> =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const demand: Fields['demand'] = (holds, field, expected) => {
    if (!holds) throw new VaultError('message-refused', { form, field, expected })
  }
  return {
    demand,
    any: (field) => members[field],
    integer(field, min, max) {
      const number = members[field]
      const inRange = Number.isSafeInteger(number) && (number as number) >= min && (number as number) <= max
      demand(inRange, field, `an integer from ${min} to ${max}`)
      return number as number
    },
    hex(field, sizeBytesMin, sizeBytesMax = sizeBytesMin) {
      const text = members[field]
      const isHex =
        typeof text === 'string' &&
        text.length % 2 === 0 &&
        text.length >= 2 + sizeBytesMin * 2 &&
        text.length <= 2 + sizeBytesMax * 2 &&
        /^0x[0-9a-f]*$/.test(text)
      const size = sizeBytesMin === sizeBytesMax ? `${sizeBytesMin}` : `${sizeBytesMin} to ${sizeBytesMax}`
      demand(isHex, field, `0x and ${size} bytes in lower-case digits`)
      return text as Hex
    },
    list(field, min, max) {
      const items = members[field]
      const inRange = Array.isArray(items) && items.length >= min && items.length <= max
      demand(inRange, field, `a list of ${min} to ${max}`)
      // A hole would be passed over by `map` and stay one.
      return Array.from(items as unknown[])
    },
  }
}
