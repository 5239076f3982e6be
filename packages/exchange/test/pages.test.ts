import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  commitBatchCall,
  encodeManifest,
  hashLeaf,
  hashRecords,
  limits,
  manifestOf,
  recordKinds,
  rootOfProof,
  treeOf,
  type Leaf,
} from '@hre/protocol'
import {
  compartmentIds,
  fileRecords,
  grantAccess,
  listRecords,
  openRecords,
  readAccessLog,
  requestAccess,
  requestPages,
  revokeAccess,
  waitForAll,
  type Actor,
  type OpenAccess,
} from '@hre/sdk'
import { contentIdOf, randomBytes32, recipientOf, sealRecord, signCall } from '@hre/vault'
import type { Hex } from 'viem'
import { inSeconds, refusal, someRecords, startWorld, type World } from './world.ts'

/** Of the long chart, in one batch. */
const manyRecords = 10_000

describe('a long chart', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let reader: Actor
  let leaves: Leaf[]
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    reader = await world.newMember(world.lakeside, 'doctor')
    leaves = []
    // Three batches, so that pages end inside one and between two.
    for (let batch = 0; batch < 3; batch++)
      leaves.push(
        ...(await fileRecords(technician, { patient: patient.account, records: someRecords })).leaves,
      )
    await grantLabs()
  })
  after(() => world.stop())

  const grantLabs = () =>
    grantAccess(patient, {
      reader: reader.account,
      compartments: [compartmentIds(patient).labs],
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
  const wish = () => ({ patient: patient.account, purpose: 'TREAT' as const })
  const idsOf = ({ records }: Pick<OpenAccess, 'records'>) => records.map(({ leaf }) => leaf.record)
  const labs = () =>
    leaves
      .filter(({ compartment }) => compartment === compartmentIds(patient).labs)
      .map(({ record }) => record)
  const receiptsAt = async ({ actor }: World['city'], by: Actor) =>
    (await readAccessLog(patient)).accesses.filter(
      ({ receipt }) => receipt.organisation === actor.account && receipt.reader === by.account,
    )

  for (const limit of [1, 2, 3, 4, 6, 7])
    test(`[A9] pages of ${limit} show what is open once, in the order of the chain, each with its own receipt`, async () => {
      const shown: Hex[] = []
      for await (const page of requestPages(reader, { ...wish(), limit })) {
        const ids = idsOf(page)
        assert.ok(ids.length > 0 && ids.length <= limit)
        assert.equal(page.receipt.recordsHash, hashRecords(ids))
        for await (const { leaf } of openRecords(reader, page)) shown.push(leaf.record as Hex)
      }
      assert.deepEqual(shown, labs())
    })

  test('[A9] [A7] the gateway that holds the files logs what each page showed, and nothing more', async () => {
    const logged = (await receiptsAt(world.city, reader)).map(({ records }) => records)
    const pages = (await receiptsAt(world.lakeside, reader)).map(({ records }) => records)
    assert.deepEqual(logged, pages)
    assert.deepEqual(logged[0], labs().slice(0, 1))
  })

  test('[A9] attack: a file of a page that comes later, by the receipt of the first', async () => {
    const first = await requestAccess(reader, { ...wish(), limit: 1 })
    const second = await requestAccess(reader, { ...wish(), limit: 1, cursor: first.next! })
    const { records } = second
    await assert.rejects(async () => {
      for await (const _ of openRecords(reader, { receipt: first.receipt, records }));
    }, refusal('not-found'))
  })

  test('[A9] a page behind the last record is empty; to who may see nothing it is refused as any other', async () => {
    const behind = Buffer.from(JSON.stringify(['records', 2 ** 40, 0, 0])).toString('base64url')
    const page = await requestAccess(reader, { ...wish(), cursor: behind })
    assert.deepEqual([page.records, page.next], [[], null])
    const nobody = await world.newMember(world.lakeside, 'nurse')
    for (const cursor of [undefined, behind])
      await assert.rejects(
        requestAccess(nobody, { ...wish(), ...(cursor !== undefined && { cursor }) }),
        refusal('not-found'),
      )
    const entries = await receiptsAt(world.lakeside, nobody)
    assert.equal(new Set(entries.map(({ receipt }) => receipt.decision)).size, 1)
  })

  test('[A9] [G31] named records are not paged, and a cursor of another list is none of this one', async () => {
    const { next } = await requestAccess(reader, { ...wish(), limit: 1 })
    const records = labs()
    const named = await requestAccess(reader, { ...wish(), records, limit: 1 })
    assert.deepEqual([idsOf(named), named.next], [records, null])
    await assert.rejects(requestAccess(reader, { ...wish(), records, cursor: next! }), refusal('bad-request'))
    for (const place of [
      ['accesses', 1, 2],
      ['records', 1, 2],
      ['records', 1, 2, 0.5],
      ['records', 1, 2, '3'],
    ]) {
      const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
      await assert.rejects(requestAccess(reader, { ...wish(), cursor }), refusal('bad-request'))
    }
  })

  test('[G5] a revocation between two pages: the second is refused', async () => {
    const pages = requestPages(reader, { ...wish(), limit: 2 })
    assert.equal((await pages.next()).done, false)
    await revokeAccess(patient, { reader: reader.account, compartments: [compartmentIds(patient).labs] })
    await assert.rejects(pages.next(), refusal('not-found'))
    await grantLabs()
  })

  test(`[A9] a chart of ${manyRecords} records of one batch is shown, each with its proof, by receipts of 500`, async () => {
    const root = await fileMany()
    const pages: OpenAccess[] = []
    for await (const page of requestPages(patient, { patient: patient.account, purpose: 'PATRQT' }))
      pages.push(page)
    assert.ok(pages.every(({ records }) => records.length <= limits.pageRowsMax))
    const shown = pages.flatMap(({ records }) => records)
    assert.deepEqual(
      shown.map(({ leaf }) => leaf.record),
      leaves.map(({ record }) => record),
    )
    for (const { leaf, proof } of shown.slice(-manyRecords).filter((_, at) => at % 97 === 0))
      assert.equal(rootOfProof(hashLeaf(leaf), proof), root)
    assert.equal((await listRecords(reader, wish())).length, labs().length)
  })

  /** One sealed file, recorded many times: what a gateway does with many records, without sealing each. */
  async function fileMany(): Promise<Hex> {
    const { deployment, identity, organisation, session } = technician
    const compartment = compartmentIds(patient).labs
    const { body, mediaType } = someRecords[0]!
    const epochSeed = patient.keyring.epochSeed(compartment, 1)
    const { sealed, contentId, commitment } = await sealRecord({
      body,
      mediaType,
      recipient: recipientOf(epochSeed),
    })
    await session.call('putBlob', { params: { contentId }, body: sealed })
    const many: Leaf[] = Array.from({ length: manyRecords }, () => ({
      patient: patient.account,
      compartment,
      epoch: leaves.at(-1)!.epoch,
      record: randomBytes32(),
      content: contentId,
      commitment,
      sensitivity: 3,
      kind: recordKinds.resource,
      author: technician.account,
    }))
    const manifest = manifestOf(organisation, many)
    const { root } = treeOf(many.map(hashLeaf))
    const call = commitBatchCall(deployment, root, many.length, contentIdOf(encodeManifest(manifest)))
    const operation = await signCall(identity, deployment, call)
    const { id } = await session.call('commitBatch', { body: { manifest, operation } })
    await waitForAll(technician, [id])
    leaves.push(...many)
    return root
  }
})
