import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { decisions, grantRecordCall, type Leaf } from '@hre/protocol'
import {
  compartmentIds,
  fileRecords,
  grantAccess,
  grantRecord,
  listGrants,
  listRecordGrants,
  openRecords,
  requestAccess,
  revokeAccess,
  revokeRecord,
  submit,
  type Actor,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import type { Hex } from 'viem'
import {
  advance,
  fileSome,
  inSeconds,
  lastAccessOf,
  refusal,
  someRecords,
  startWorld,
  type World,
} from './world.ts'

describe('grants of single records', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  /** Two laboratory results and one of the summary. */
  let leaves: Leaf[]
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    leaves = (await fileSome(technician, patient)).leaves
  })
  after(() => world.stop())

  const wish = (...records: Hex[]) => ({ patient: patient.account, purpose: 'TREAT' as const, records })
  const ask = (actor: Actor, ...records: Hex[]) => requestAccess(actor, wish(...records))
  const give = (reader: Actor, record: Hex, until = inSeconds(3600)) =>
    grantRecord(patient, { reader: reader.account, record, purposes: ['TREAT'], until, from: inSeconds(-60) })
  const contentsOf = async (actor: Actor, ...records: Hex[]) => {
    const bodies: string[] = []
    for await (const { body } of openRecords(actor, await ask(actor, ...records)))
      bodies.push(new TextDecoder().decode(body))
    return bodies
  }
  const lastDecision = async (reader: Actor) =>
    decisions[(await lastAccessOf(patient, reader)).receipt.decision]
  const textOf = (index: number) => new TextDecoder().decode(someRecords[index]!.body)

  test('[C12] [E15] the reader at the other hospital opens the one record', async () => {
    await assert.rejects(ask(doctor, leaves[0]!.record), refusal('not-found'))
    await give(doctor, leaves[0]!.record)
    assert.deepEqual(await contentsOf(doctor, leaves[0]!.record), [textOf(0)])
    // A list shows what is open, and no more.
    assert.deepEqual(await contentsOf(doctor), [textOf(0)])
    const [grant] = await listRecordGrants(doctor, 'received')
    assert.equal(grant!.record, leaves[0]!.record)
    assert.deepEqual(await listGrants(doctor, 'received'), [])
  })

  test('[C12] attack: opens the neighbour record of the same compartment with it', async () => {
    await assert.rejects(ask(doctor, leaves[1]!.record), refusal('not-found'))
    await assert.rejects(ask(doctor, leaves[0]!.record, leaves[1]!.record), refusal('not-found'))
    const { receipt } = await ask(doctor, leaves[0]!.record)
    const { session } = doctor
    await assert.rejects(
      session.call('getBlob', {
        params: { contentId: leaves[1]!.content },
        query: { receipt: receipt.index },
      }),
      refusal('not-found'),
    )
    const { compartment } = leaves[0]!
    await assert.rejects(
      session.call('getWrap', { params: { patient: patient.account, compartment } }),
      refusal('not-found'),
    )
  })

  test('[C12] attack: another doctor of the same hospital asks with the grant of a colleague', async () => {
    const colleague = await world.newMember(world.lakeside, 'doctor')
    await assert.rejects(ask(colleague, leaves[0]!.record), refusal('not-found'))
    const { record } = leaves[0]!
    await assert.rejects(
      colleague.session.call('getRecordWrap', { params: { patient: patient.account, record } }),
      refusal('not-found'),
    )
  })

  test('[C3] attack: the wrap of one reader is named in a grant to another', async () => {
    const thief = await world.newMember(world.lakeside, 'doctor')
    const [grant] = await listRecordGrants(patient)
    const { record, compartment, wrapHash } = grant!
    await submit(patient, [
      grantRecordCall(world.deployment, record, {
        reader: thief.account,
        compartment,
        rights: ['read'],
        purposes: ['TREAT'],
        ceiling: 5,
        from: inSeconds(-60),
        until: inSeconds(600),
        wrapHash,
      }),
    ])
    await assert.rejects(contentsOf(thief, record), refusal('wrap-not-for-reader'))
    await revokeRecord(patient, { reader: thief.account, record })
  })

  test('[C12] a grant that names the record in another compartment permits nothing', async () => {
    const stray = await world.newMember(world.lakeside, 'doctor')
    await submit(patient, [
      grantRecordCall(world.deployment, leaves[0]!.record, {
        reader: stray.account,
        compartment: compartmentIds(patient).summary,
        rights: ['read'],
        purposes: ['TREAT'],
        ceiling: 5,
        from: inSeconds(-60),
        until: inSeconds(600),
        wrapHash: randomBytes32(),
      }),
    ])
    await assert.rejects(ask(stray, leaves[0]!.record), refusal('not-found'))
    assert.equal(await lastDecision(stray), 'NoGrant')
  })

  test('[C12] another purpose than the granted one is refused', async () => {
    const { record } = leaves[0]!
    await assert.rejects(requestAccess(doctor, { ...wish(record), purpose: 'HRESCH' }), refusal('not-found'))
    assert.equal(await lastDecision(doctor), 'PurposeNotGranted')
  })

  test('[C12] attack: reads on after the end, with a receipt from before it', async () => {
    const { record, content } = leaves[2]!
    const until = inSeconds(60)
    await give(doctor, record, until)
    const { receipt } = await ask(doctor, record)
    advance(until - inSeconds(0))
    await assert.rejects(ask(doctor, record), refusal('not-found'))
    assert.equal(await lastDecision(doctor), 'Expired')
    await assert.rejects(
      doctor.session.call('getBlob', { params: { contentId: content }, query: { receipt: receipt.index } }),
      refusal('not-found'),
    )
    await assert.rejects(
      doctor.session.call('getRecordWrap', { params: { patient: patient.account, record } }),
      refusal('not-found'),
    )
  })

  test('[C12] attack: reads on after the patient revoked, with a receipt from before it', async () => {
    const { record, content } = leaves[0]!
    const { receipt } = await ask(doctor, record)
    await revokeRecord(patient, { reader: doctor.account, record })
    await assert.rejects(ask(doctor, record), refusal('not-found'))
    await assert.rejects(
      doctor.session.call('getBlob', { params: { contentId: content }, query: { receipt: receipt.index } }),
      refusal('not-found'),
    )
    await assert.rejects(
      doctor.session.call('getRecordWrap', { params: { patient: patient.account, record } }),
      refusal('not-found'),
    )
    await assert.rejects(revokeRecord(patient, { reader: doctor.account, record }), refusal('not-found'))
    assert.equal((await listRecordGrants(patient)).find((grant) => grant.record === record)?.revoked, true)
  })

  test('[C12] attack: somebody else grants a record of the chart', async () => {
    const { record } = leaves[0]!
    await assert.rejects(
      grantRecord(doctor, {
        reader: technician.account,
        record,
        purposes: ['TREAT'],
        until: inSeconds(600),
      }),
      refusal('not-found'),
    )
  })

  test('[C5] [C12] it outlives a rotation, and gives nothing of the new epoch', async () => {
    const { record, compartment } = leaves[0]!
    await give(doctor, record)
    const other = await world.newMember(world.lakeside, 'nurse')
    await grantAccess(patient, {
      reader: other.account,
      compartments: [compartment],
      purposes: ['TREAT'],
      until: inSeconds(600),
    })
    await revokeAccess(patient, { reader: other.account, compartments: [compartment] })
    const filed = await fileRecords(technician, {
      patient: patient.account,
      records: [someRecords[0]!],
    })
    assert.equal(filed.leaves[0]!.epoch, 2)
    assert.deepEqual(await contentsOf(doctor, record), [textOf(0)])
    await assert.rejects(ask(doctor, filed.leaves[0]!.record), refusal('not-found'))
  })

  test('a follower that reads the chain anew has the same grants', async () => {
    const { follower } = world.lakeside.gateway.gateway
    const before = await listRecordGrants(doctor, 'received')
    await follower.rebuild()
    assert.deepEqual(await listRecordGrants(doctor, 'received'), before)
  })
})
