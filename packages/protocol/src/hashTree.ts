import { keccak256, type Hex } from 'viem'

/** Keccak-256, by whichever implementation: of bytes, or of what digits say. */
export type Keccak256 = (value: Hex | Uint8Array) => Hex

/** A Merkle tree over leaf hashes in the order given; `proof(i)` is what `Records.verify` takes. */
export interface HashTree {
  root: Hex
  proof(index: number): Hex[]
}

/**
 * OpenZeppelin's `SimpleMerkleTree` without sorted leaves (R2), in a few lines: the library brings 25 kB gzipped to a
 * phone. A test compares the two.
 *
 * @param hashes - at least one.
 * @param hash - for whoever has a faster one.
 */
export function treeOf(hashes: readonly Hex[], hash: Keccak256 = keccak256): HashTree {
  if (hashes.length === 0) throw new RangeError('a tree has at least one leaf')
  const size = 2 * hashes.length - 1
  const placeOf = (index: number) => size - 1 - index
  // A heap: the children of node i are 2i + 1 and 2i + 2, the leaves fill it from its end.
  const nodes = new Array<Hex>(size)
  for (const [index, leaf] of hashes.entries()) nodes[placeOf(index)] = leaf
  for (let node = size - 1 - hashes.length; node >= 0; node--)
    nodes[node] = hashPair(nodes[2 * node + 1]!, nodes[2 * node + 2]!, hash)
  return {
    root: nodes[0]!,
    proof(index) {
      if (!Number.isInteger(index) || index < 0 || index >= hashes.length)
        throw new RangeError('no such leaf')
      const proof: Hex[] = []
      for (let node = placeOf(index); node > 0; node = (node - 1) >> 1)
        proof.push(nodes[node % 2 === 1 ? node + 1 : node - 1]!)
      return proof
    },
  }
}

/** The root that a leaf hash and its proof lead to. */
export const rootOfProof = (leaf: Hex, proof: readonly Hex[]): Hex =>
  proof.reduce((hash, sibling) => hashPair(hash, sibling, keccak256), leaf)

/** Sorted, so that a proof needs no sides. */
const hashPair = (left: Hex, right: Hex, hash: Keccak256): Hex =>
  hash(left < right ? `${left}${right.slice(2)}` : `${right}${left.slice(2)}`)
