import { ChainParametersChangedError } from './errors.ts'

/** What makes two chains different from their first block on. Stored in every journal and snapshot (spec/chain.md H2). */
export interface ChainParameters {
  readonly chainId: number
  /** Unix seconds of block 0. */
  readonly genesisTimestamp: number
  readonly hardfork: 'osaka' | 'prague'
  readonly blockGasLimit: number
}

/** "HRE" in ASCII: no public network has it. */
export const CHAIN_ID_DEFAULT = 0x485245

/**
 * Compares what is stored with what the caller asked for; unasked parameters agree.
 *
 * @throws ChainParametersChangedError - names the first that differs.
 */
export function assertSameParameters(stored: ChainParameters, given: Partial<ChainParameters>): void {
  for (const name of ['chainId', 'genesisTimestamp', 'hardfork', 'blockGasLimit'] as const) {
    const value = given[name]
    if (value !== undefined && value !== stored[name])
      throw new ChainParametersChangedError(name, stored[name], value)
  }
}
