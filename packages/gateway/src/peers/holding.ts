import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { hexToBytes, type Address, type Hex } from 'viem'

/**
 * A hash that only the whole file completes (P7). The salt comes first: behind the file, the state of the hash would do in the file's
 * place. The holder is in it, so that nobody passes on another's proof.
 */
const proofBegun = (holder: Address, salt: Hex): Hash =>
  createHash('sha256').update('HRE copy proof 1').update(hexToBytes(holder)).update(hexToBytes(salt))

/** What a holder answers for one file. */
export async function proofOfHolding(holder: Address, salt: Hex, file: Readable): Promise<Hex> {
  const hash = proofBegun(holder, salt)
  await pipeline(file, hash)
  return `0x${hash.digest('hex')}`
}

/** What each holder has to answer, in one reading of the file. */
export async function proofsOfHolding(
  holders: readonly { holder: Address; salt: Hex }[],
  file: Readable,
): Promise<Map<Address, Hex>> {
  const hashes = holders.map(({ holder, salt }) => ({ holder, hash: proofBegun(holder, salt) }))
  for await (const chunk of file) for (const { hash } of hashes) hash.update(chunk as Buffer)
  return new Map(hashes.map(({ holder, hash }) => [holder, `0x${hash.digest('hex')}`]))
}
