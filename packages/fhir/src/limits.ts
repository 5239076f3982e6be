/** What a source may cost at most before it is refused. Every number is checked before the memory is spent. */
export interface ReadLimits {
  /** Bytes of one source after decompression. */
  sourceBytesMax: number
  /** Bundle entries, or lines of NDJSON that hold one resource, in one source. */
  entriesMax: number
  /** Objects and arrays inside each other; a Bundle spends four before its resource begins. */
  levelsMax: number
  /** Bytes of one resource as compact JSON. */
  resourceBytesMax: number
  /** JSON values in one document. A short value costs far more memory than its bytes (`[[],[],[]`). */
  valuesMax: number
}

export const readLimits: Readonly<ReadLimits> = {
  sourceBytesMax: 256 * 1024 * 1024,
  entriesMax: 100_000,
  levelsMax: 64,
  resourceBytesMax: 8 * 1024 * 1024,
  valuesMax: 10_000_000,
}
