import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimpleMerkleTree } from '@openzeppelin/merkle-tree'
import { keccak256, stringToHex, type Hex } from 'viem'
import { rootOfProof, treeOf } from './hashTree.ts'

const hashes = (count: number): Hex[] =>
  Array.from({ length: count }, (_, index) => keccak256(stringToHex(`${count}/${index}`)))

test('[R2] root and every proof are those of OpenZeppelin’s library, for every shape of tree', () => {
  for (const count of [...Array.from({ length: 40 }, (_, index) => index + 1), 127, 128, 129, 1000]) {
    const leaves = hashes(count)
    const ours = treeOf(leaves)
    const theirs = SimpleMerkleTree.of([...leaves], { sortLeaves: false })
    assert.equal(ours.root, theirs.root)
    for (const [index, leaf] of leaves.entries()) {
      assert.deepEqual(ours.proof(index), theirs.getProof(index))
      assert.equal(rootOfProof(leaf, ours.proof(index)), ours.root)
    }
  }
})

test('[R2] equal leaves, and none: a proof for each, and no tree', () => {
  const [leaf] = hashes(1)
  const tree = treeOf([leaf!, leaf!, leaf!])
  for (const index of [0, 1, 2]) assert.equal(rootOfProof(leaf!, tree.proof(index)), tree.root)
  assert.throws(() => treeOf([]), RangeError)
  for (const index of [-1, 3, 0.5, NaN]) assert.throws(() => tree.proof(index), RangeError)
})
