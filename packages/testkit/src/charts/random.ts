/**
 * Seeded randomness that gives the same numbers on every platform: integer arithmetic and IEEE basic operations only (`Math.log` and
 * friends may differ in the last bit). sfc32 by Chris Doty-Humphrey, public domain. Not for secrets.
 * @see https://pracrand.sourceforge.net
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number | string) {
    const text = String(seed)
    this.#a = hash(text, 0x811c9dc5)
    this.#b = hash(text, 0x9e3779b9)
    this.#c = hash(text, 0x85ebca6b)
    // Seeds that differ in one bit give unrelated numbers only after a few rounds.
    for (let round = 0; round < 12; round++) this.uint32()
  }

  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0
    return result >>> 0
  }

  /** At least 0, less than 1. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000
  }

  /** Both ends included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T
  }

  /** Bell-shaped around 0, standard deviation 1, within 6: twelve uniform numbers added up. */
  bell(): number {
    let sum = -6
    for (let count = 0; count < 12; count++) sum += this.fraction()
    return sum
  }

  /** Looks like a version 4 UUID. */
  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.uint32().toString(16).padStart(8, '0')).join('')
    const variant = '89ab'[this.integer(0, 3)]
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
  }
}

/** FNV-1a over UTF-16 units. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string, basis: number): number {
  let value = basis
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value | 0
}
