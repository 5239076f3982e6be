import { keccak256, type Hex } from 'viem'

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
 */
export function treeOf(hashes: readonly Hex[]): HashTree {
  if (hashes.length === 0) throw new RangeError('a tree has at least one leaf')
  const size = 2 * hashes.length - 1
  const placeOf = (index: number) => size - 1 - index
  // A heap: the children of node i are 2i + 1 and 2i + 2, the leaves fill it from its end.
  const nodes = new Array<Hex>(size)
  for (const [index, hash] of hashes.entries()) nodes[placeOf(index)] = hash
  for (let node = size - 1 - hashes.length; node >= 0; node--)
    nodes[node] = hashPair(nodes[2 * node + 1]!, nodes[2 * node + 2]!)
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
export const rootOfProof = (hash: Hex, proof: readonly Hex[]): Hex => proof.reduce(hashPair, hash)

/** Sorted, so that a proof needs no sides. */
const hashPair = (left: Hex, right: Hex): Hex =>
  keccak256(left < right ? `${left}${right.slice(2)}` : `${right}${left.slice(2)}`)
