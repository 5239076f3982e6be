import { sha256, stringToBytes } from 'viem'
import { hreError } from './errors.ts'
import { limits } from './limits.ts'

/** Hashes between two looks at the clock and at who else wants to run. */
const hashesAtOnce = 2000

/** Does this answer solve the puzzle? One hash (G39). */
export function solvesPuzzle(puzzle: string, answer: string, bits: number): boolean {
  return leadingZeroBits(sha256(stringToBytes(`${puzzle}:${answer}`), 'bytes')) >= bits
}

/**
 * Finds the answer by trying: 2^bits hashes on average.
 *
 * @param options.timeoutMilliseconds - gives up after this.
 * @returns what to send as `HRE-Puzzle`.
 * @throws HreError `puzzle-required` when the price is over the limit that all agree on, or the time is up.
 * @see Dwork and Naor, Pricing via Processing or Combatting Junk Mail (1992)
 */
export async function solvePuzzle(
  puzzle: string,
  bits: number,
  options: { timeoutMilliseconds: number; signal?: AbortSignal | undefined },
): Promise<string> {
  if (bits > limits.puzzleBitsMax) throw hreError('puzzle-required', { reason: 'too dear', bits })
  const deadline = Date.now() + options.timeoutMilliseconds
  for (let answer = 0; ; answer++) {
    if (solvesPuzzle(puzzle, answer.toString(36), bits)) return `${puzzle}:${answer.toString(36)}`
    if (answer % hashesAtOnce !== hashesAtOnce - 1) continue
    options.signal?.throwIfAborted()
    if (Date.now() > deadline) throw hreError('puzzle-required', { reason: 'took too long', bits })
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}

function leadingZeroBits(hash: Uint8Array): number {
  const at = hash.findIndex((byte) => byte !== 0)
  return at < 0 ? hash.length * 8 : at * 8 + Math.clz32(hash[at]!) - 24
}
