import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { keccak256, pad, toHex, type Hex } from 'viem'
import { accountOfSigner } from './account.ts'
import { rootOfProof, treeOf } from './hashTree.ts'
import { batchIdOf, hashLeaf, leafSchema, manifestSchema, type Leaf } from './leaf.ts'

const bytes32 = (seed: number): Hex => keccak256(toHex(seed))
const leafOf = (seed: number): Leaf => ({
  patient: pad(toHex(seed + 1), { size: 20 }),
  compartment: bytes32(seed),
  epoch: 1,
  record: bytes32(seed + 1000),
  content: bytes32(seed + 2000),
  commitment: bytes32(seed + 3000),
  sensitivity: 3,
  kind: 1,
  author: pad('0xaa', { size: 20 }),
})

describe('leaves and trees', () => {
  test('[R2] every leaf of a tree of any size is proven by its proof, and no other is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (size, at) => {
        const hashes = Array.from({ length: size }, (_, index) => hashLeaf(leafOf(index)))
        const tree = treeOf(hashes)
        const index = at % size
        assert.equal(rootOfProof(hashes[index]!, tree.proof(index)), tree.root)
        const other = hashLeaf(leafOf(999))
        assert.notEqual(rootOfProof(other, tree.proof(index)), tree.root)
      }),
    )
  })
  test('[R3] a batch’s id is made of its organisation and root, as the contract makes it', () => {
    const organisation = pad('0xaa', { size: 20 })
    const root = keccak256(toHex('root'))
    // The same words as in packages/contracts/test/Records.t.sol.
    const id = '0xf050e7edcab43e07ad552f6c2c8f770819f1d29ef107e3763730675c2b7262f6'
    assert.equal(batchIdOf(organisation, root), id)
    assert.notEqual(batchIdOf(organisation, id), id)
    assert.notEqual(batchIdOf(pad('0xab', { size: 20 }), root), id)
  })
  test('[R6] attack: a leaf is shown under another organisation, or an inner node as a leaf', () => {
    const leaves = [1, 2, 3, 4].map(leafOf)
    const tree = treeOf(leaves.map(hashLeaf))
    const [organisation, another] = [pad('0xaa', { size: 20 }), pad('0xab', { size: 20 })]
    const batchOf = (account: Hex, leaf: Leaf, proof: Hex[]) =>
      batchIdOf(account, rootOfProof(hashLeaf(leaf), proof))
    const batch = batchIdOf(organisation, tree.root)
    assert.equal(batchOf(organisation, leaves[0]!, tree.proof(0)), batch)
    assert.notEqual(batchOf(another, leaves[0]!, tree.proof(0)), batch)
    const [sibling, above] = tree.proof(0)
    const forged = { ...leaves[0]!, content: hashLeaf(leaves[0]!), commitment: sibling! }
    assert.notEqual(batchOf(organisation, forged, [above!]), batch)
  })
  test('[R1] each field of a leaf changes its hash', () => {
    const base = leafOf(1)
    const changes: Partial<Leaf>[] = [
      { patient: base.author },
      { compartment: bytes32(9) },
      { epoch: 2 },
      { record: bytes32(9) },
      { content: bytes32(9) },
      { commitment: bytes32(9) },
      { sensitivity: 4 },
      { kind: 2 },
      { author: base.patient },
    ]
    const hashes = [base, ...changes.map((change) => ({ ...base, ...change }))].map(hashLeaf)
    assert.equal(new Set(hashes).size, Object.keys(base).length + 1)
  })
  test('[R4] attack: a manifest with something more in it, or of hostile values, is not one', () => {
    const leaf = leafOf(1)
    assert.ok(leafSchema.safeParse(leaf).success)
    for (const change of [
      { epoch: 0 },
      { sensitivity: 6 },
      { epoch: 1.5 },
      { content: '0x12' },
      { kind: -1 },
    ])
      assert.equal(leafSchema.safeParse({ ...leaf, ...change }).success, false)
    assert.equal(
      manifestSchema.safeParse({ version: 1, organisation: leaf.author, leaves: [] }).success,
      false,
    )
  })
  test('[O2] an account commits to its first signer, whatever the case of its hexadecimal', () => {
    const signer = '0xAbCdEf0123456789aBcDeF0123456789abcdef01'
    assert.equal(accountOfSigner(signer), accountOfSigner(signer.toLowerCase() as Hex))
    assert.match(accountOfSigner(signer), /^0x[0-9a-f]{40}$/)
  })
})
