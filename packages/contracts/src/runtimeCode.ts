import { hexToBytes } from 'viem'
import type { Hex } from 'viem'
import type { Artifact } from './artifacts.ts'

/**
 * Says how deployed code differs from what the compiler made, apart from the immutables that the constructor fills in;
 * `undefined` when it does not.
 */
export function findCodeMismatch(artifact: Artifact, code: Hex | undefined): string | undefined {
  if (code === undefined || code === '0x') return 'there is no code'
  const expected = hexToBytes(artifact.deployedBytecode)
  const actual = hexToBytes(code)
  if (actual.length !== expected.length) return `${actual.length} bytes, not ${expected.length}`
  for (const { start, length } of Object.values(artifact.immutableReferences).flat()) {
    expected.fill(0, start, start + length)
    actual.fill(0, start, start + length)
  }
  const at = actual.findIndex((byte, index) => byte !== expected[index])
  return at === -1 ? undefined : `byte ${at} differs`
}
