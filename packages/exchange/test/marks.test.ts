import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import {
  commitTwoPartyCall,
  encodeManifest,
  eraseCall,
  hashLeaf,
  manifestOf,
  signBatchCall,
  supersedeCall,
  treeOf,
  withdrawBatchCall,
  withdrawCall,
  type ProvenLeaf,
} from '@hre/protocol'
import {
  type Actor,
  connectChain,
  type FiledBatch,
  fileRecords,
  listAwaitedSignatures,
  openRecords,
  proofFileOf,
  requestAccess,
  signBatch,
  submit,
  verifyRecord,
  waitForAll,
} from '@hre/sdk'
import { contentIdOf, randomBytes32 } from '@hre/vault'
import { fileSome, refusal, signed, someRecords, startWorld, type Hospital, type World } from './world.ts'

/** What a reader sees of a record beside the record: who signed it, and what became of it. */
describe('what became of records', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let outsider: Actor
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    outsider = await world.newMember(world.lakeside, 'lab technician')
  })
  after(() => world.stop())

  /** The patient's records of one batch, as the gateway shows them. */
  async function seen({ leaves }: FiledBatch): Promise<ProvenLeaf[]> {
    await world.city.gateway.gateway.follower.sync()
    const { records } = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    const mine = new Set(leaves.map(({ record }) => record))
    return records.filter(({ leaf }) => mine.has(leaf.record))
  }

  /** The same records from the chain alone. */
  const onChain = (item: ProvenLeaf) =>
    verifyRecord(connectChain(world.chain.url), proofFileOf(world.deployment, item))

  const fileForTwo = (parties: readonly [Actor, Actor]): Promise<FiledBatch> =>
    fileRecords(technician, {
      patient: patient.account,
      records: someRecords,
      parties: [parties[0].account, parties[1].account],
    })

  test('[R3] a batch’s id is known before it is on chain, and leads there', async () => {
    const batch = await fileSome(technician, patient)
    const records = await seen(batch)
    assert.equal(records.length, someRecords.length)
    for (const item of records) {
      assert.deepEqual(
        { batch: item.batch, status: item.status, successor: item.successor, signing: item.signing },
        { batch: batch.batch, status: 'live', successor: null, signing: null },
      )
      const verified = await onChain(item)
      assert.equal(verified.batch, batch.batch)
      assert.equal(verified.status, 'live')
      assert.equal(verified.signedByBoth, null)
    }
  })

  test('[R6] attack: a proof file names an organisation that never committed the record', async () => {
    const [item] = await seen(await fileSome(technician, patient))
    const forged = { ...item!, organisation: world.lakeside.actor.account }
    await assert.rejects(onChain(forged), refusal('not-found'))
    const moved = { ...item!, proof: item!.proof.slice(1) }
    await assert.rejects(onChain(moved), refusal('not-found'))
  })

  test('[R9] a reader sees who has signed, and that both have', async () => {
    const batch = await fileForTwo([technician, patient])
    const [before] = await seen(batch)
    const done = before!.signing!.parties.filter(({ signedAt }) => signedAt !== null)
    assert.deepEqual(
      done.map(({ account }) => account),
      [technician.account],
    )
    assert.equal(before!.signing!.completedAt, null)
    assert.equal((await onChain(before!)).signedByBoth, false)
    await submit(patient, [signBatchCall(world.deployment, batch.batch)])
    for (const item of await seen(batch)) {
      assert.equal(item.signing!.parties.length, 2)
      assert.ok(item.signing!.parties.every(({ signedAt }) => signedAt !== null))
      assert.equal(
        item.signing!.completedAt,
        Math.max(...item.signing!.parties.map(({ signedAt }) => signedAt!)),
      )
    }
    assert.equal((await onChain(before!)).signedByBoth, true)
  })

  test('[R9] [G25] who has to sign finds what waits, the author finds who is waited for, and nobody else does', async () => {
    const batch = await fileForTwo([technician, outsider])
    const idsOf = async (actor: Actor, side: 'party' | 'author') =>
      (await listAwaitedSignatures(actor, side)).map((row) => row.batch)
    const [row] = await listAwaitedSignatures(technician, 'author')
    assert.equal(row!.batch, batch.batch)
    assert.deepEqual(
      row!.records.map(({ record }) => record),
      batch.leaves.map(({ record }) => record),
    )
    assert.deepEqual(
      row!.parties.filter(({ signedAt }) => signedAt === null).map(({ account }) => account),
      [outsider.account],
    )
    // At the other hospital's gateway, which reads the same chain and fetches the manifest.
    await world.lakeside.gateway.gateway.follower.sync()
    assert.deepEqual(await idsOf(outsider, 'party'), [batch.batch])
    assert.deepEqual(await idsOf(outsider, 'author'), [])
    assert.deepEqual(await idsOf(technician, 'party'), [])
    for (const other of [patient, world.city.actor])
      for (const side of ['party', 'author'] as const) assert.deepEqual(await idsOf(other, side), [])
    await signBatch(outsider, batch.batch)
    assert.deepEqual(await idsOf(outsider, 'party'), [])
    await world.city.gateway.gateway.follower.sync()
    assert.deepEqual(await idsOf(technician, 'author'), [])
  })

  test('[R9] attack: somebody else signs for a party, and the party signs twice', async () => {
    const batch = await fileForTwo([patient, outsider])
    const call = signBatchCall(world.deployment, batch.batch)
    await assert.rejects(submit(world.city.actor, [call]), refusal('records-not-awaited'))
    await submit(outsider, [call])
    await assert.rejects(submit(outsider, [call]), refusal('records-not-awaited'))
    const [item] = await seen(batch)
    assert.equal(item!.signing!.completedAt, null)
    const awaited = item!.signing!.parties.filter(({ signedAt }) => signedAt === null)
    assert.deepEqual(
      awaited.map(({ account }) => account),
      [patient.account],
    )
  })

  test('[R13] a superseded record stays open, marked with what replaces it', async () => {
    const batch = await fileSome(technician, patient)
    const [old, next] = await seen(batch)
    await submit(technician, [supersedeCall(world.deployment, old!, next!)])
    const [marked, live] = await seen(batch)
    assert.equal(marked!.status, 'superseded')
    assert.deepEqual(marked!.successor, { batch: batch.batch, leafHash: hashLeaf(next!.leaf) })
    assert.equal(live!.status, 'live')
    assert.equal((await onChain(marked!)).status, 'superseded')
    const access = await requestAccess(patient, {
      patient: patient.account,
      purpose: 'PATRQT',
      records: [marked!.leaf.record],
    })
    for await (const { body, status } of openRecords(patient, access)) {
      assert.deepEqual(body, someRecords[0]!.body)
      assert.equal(status, 'superseded')
    }
  })

  test('[R13] withdrawn records and batches stay open, marked; erased ones are gone', async () => {
    const batch = await fileSome(technician, patient)
    const [first, second, third] = await seen(batch)
    await submit(technician, [
      withdrawCall(world.deployment, first!),
      supersedeCall(world.deployment, second!, third!),
    ])
    await submit(patient, [eraseCall(world.deployment, second!)])
    const { root } = treeOf(batch.leaves.map(hashLeaf))
    await submit(technician, [withdrawBatchCall(world.deployment, root)])
    const statuses = (await seen(batch)).map(({ leaf, status }) => [leaf.record, status])
    assert.deepEqual(statuses, [
      [first!.leaf.record, 'withdrawn'],
      [third!.leaf.record, 'withdrawn'],
    ])
    assert.equal((await onChain(second!)).status, 'erased')
    assert.equal((await onChain(third!)).status, 'withdrawn')
  })

  test('[R11] attack: another hospital withdraws by the same root, or by another’s proof', async () => {
    const batch = await fileSome(technician, patient)
    const [item] = await seen(batch)
    const { root } = treeOf(batch.leaves.map(hashLeaf))
    await assert.rejects(
      submit(outsider, [withdrawBatchCall(world.deployment, root)]),
      refusal('records-batch-unknown'),
    )
    await assert.rejects(
      submit(outsider, [withdrawCall(world.deployment, item!)]),
      refusal('records-not-permitted'),
    )
    const own = { ...item!, organisation: world.lakeside.actor.account }
    await assert.rejects(
      submit(outsider, [withdrawCall(world.deployment, own)]),
      refusal('records-proof-invalid'),
    )
    assert.ok((await seen(batch)).every(({ status }) => status === 'live'))
  })

  test('[G7] attack: the operation commits for two parties something else than the manifest', async () => {
    const { leaves } = await fileSome(technician, patient)
    const leaf = { ...leaves[0]!, record: randomBytes32() }
    const manifest = manifestOf(world.city.actor.account, [leaf])
    const batch = {
      root: treeOf([hashLeaf(leaf)]).root,
      count: 1,
      manifest: contentIdOf(encodeManifest(manifest)),
      parties: [technician.account, patient.account],
    } as const
    const commit = async (changed: Partial<Parameters<typeof commitTwoPartyCall>[1]>) => {
      const call = commitTwoPartyCall(world.deployment, { ...batch, ...changed })
      const operation = await signed(technician, call)
      return technician.session.call('commitBatch', { body: { manifest, operation } })
    }
    for (const changed of [{ root: randomBytes32() }, { count: 2 }, { manifest: randomBytes32() }])
      await assert.rejects(commit(changed), refusal('manifest-invalid'))
    const { id } = await commit({})
    await waitForAll(technician, [id])
  })

  test('[R13] followers agree on every mark, also after starting over', async () => {
    const sorted = (rows: object[]) => rows.map((row) => JSON.stringify(row)).sort()
    const marksAt = async ({ gateway: { gateway } }: Hospital) => {
      await gateway.follower.sync()
      const { db } = gateway
      return [await db.select().from(tables.marks), await db.select().from(tables.parties)].map(sorted)
    }
    const [marks, parties] = await marksAt(world.city)
    assert.ok(marks!.length >= 3 && parties!.length >= 4)
    assert.deepEqual(await marksAt(world.lakeside), [marks, parties])
    await world.lakeside.gateway.gateway.follower.rebuild()
    assert.deepEqual(await marksAt(world.lakeside), [marks, parties])
  })

  test('[R9] a batch that nobody committed is signed by nobody', async () => {
    await assert.rejects(
      submit(patient, [signBatchCall(world.deployment, randomBytes32())]),
      refusal('records-not-awaited'),
    )
  })
})
