import type { Hex } from '../keeper/api.ts'

/** The account in a code (`hre:0x...`) or in a link that holds one; nothing longer that merely begins like one. */
export const accountIn = (text: string): Hex | undefined =>
  /0x[0-9a-fA-F]{40}(?![0-9a-fA-F])/.exec(text)?.[0].toLowerCase() as Hex | undefined
