import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import { signBatchCall, type AwaitedBatch } from '@hre/protocol'
import {
  compartmentIds,
  fileRecords,
  grantAccess,
  revokeFiling,
  revokeAccess,
  listAwaitedSignatures,
  listNotifications,
  openInbox,
  orderStanding,
  withdrawBatch,
  requestAccess,
  submit,
  waitForAll,
  type Actor,
  type FiledBatch,
} from '@hre/sdk'
import { eq } from 'drizzle-orm'
import { advance, inSeconds, refusal, someRecords, startWorld, type World } from './world.ts'

/** What is ordered from a laboratory and not from one person (R18, R19). */
describe('orders to a laboratory', () => {
  let world: World
  let patient: Actor
  let doctor: Actor
  let lina: Actor
  let ravi: Actor
  let elsewhere: Actor
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    doctor = await world.newMember(world.city, 'doctor')
    lina = await world.newMember(world.city, 'lab technician')
    ravi = await world.newMember(world.city, 'lab technician')
    elsewhere = await world.newMember(world.lakeside, 'lab technician')
  })
  after(() => world.stop())

  const order = (author = doctor, tests = 1): Promise<FiledBatch> =>
    fileRecords(author, {
      patient: patient.account,
      records: someRecords.slice(0, tests),
      parties: [author.account, world.city.actor.account],
    })

  const answer = (technician: Actor, { batch }: FiledBatch, records: readonly string[], of = patient) =>
    fileRecords(technician, {
      patient: of.account,
      records: someRecords.slice(0, 1),
      answers: { batch, records: records as FiledBatch['batch'][] },
    })

  const recordsOf = ({ leaves }: FiledBatch) => leaves.map(({ record }) => record)
  const find = async (actor: Actor, { batch }: FiledBatch): Promise<AwaitedBatch | undefined> =>
    (await listAwaitedSignatures(actor, 'party')).find((row) => row.batch === batch)
  const settled = () => world.city.gateway.gateway.follower.sync()
  const records = async () => {
    await settled()
    return (await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })).records.length
  }

  /** The organisation's signature goes with the last answer, behind the results. */
  async function signed({ batch }: FiledBatch): Promise<boolean> {
    const { gateway } = world.city.gateway
    const rows = await gateway.db
      .select()
      .from(tables.operations)
      .where(eq(tables.operations.account, world.city.actor.account))
    await waitForAll(
      doctor,
      rows.map(({ id }) => id),
    )
    await settled()
    const [row] = await gateway.db.select().from(tables.batches).where(eq(tables.batches.batch, batch))
    return row!.signedAt !== null
  }

  test('[R19] [G25] every technician of the laboratory finds it, also one who comes later; nobody else does', async () => {
    const made = await order()
    for (const technician of [lina, ravi, await world.newMember(world.city, 'lab technician')])
      assert.deepEqual(
        (await find(technician, made))?.records.map(({ record }) => record),
        recordsOf(made),
      )
    await world.lakeside.gateway.gateway.follower.sync()
    const nurse = await world.newMember(world.city, 'nurse')
    for (const other of [elsewhere, doctor, nurse, patient]) assert.equal(await find(other, made), undefined)
    for (const other of [elsewhere, doctor, nurse, patient])
      await assert.rejects(orderStanding(other, made.batch), refusal('not-found'))
    assert.deepEqual(await orderStanding(lina, made.batch), { state: 'awaited', answers: [] })
  })

  test('[R19] the first answer settles it: the organisation signs, and who comes second is told who was first', async () => {
    const made = await order()
    await answer(lina, made, recordsOf(made))
    const before = await records()
    await assert.rejects(answer(ravi, made, recordsOf(made)), refusal('conflict'))
    assert.equal(await records(), before)
    assert.equal(await find(ravi, made), undefined)
    const { state, answers } = await orderStanding(ravi, made.batch)
    assert.equal(state, 'answered')
    assert.deepEqual(
      answers.map(({ account }) => account),
      [lina.account],
    )
    assert.ok(await signed(made))
    for (const told of [doctor, ravi]) {
      const news = await listNotifications(told)
      assert.ok(news.some(({ kind, about }) => kind === 'record-signed' && about.batch === made.batch))
    }
  })

  test('[R19] two technicians answer the same at the same moment: one of the two is filed', async () => {
    const made = await order()
    const before = await records()
    const outcomes = await Promise.allSettled([lina, ravi].map((one) => answer(one, made, recordsOf(made))))
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    assert.equal(await records(), before + 1)
    assert.ok(await signed(made))
  })

  test('[R19] different tests of it may be answered by different people: signed with the last', async () => {
    const made = await order(doctor, 2)
    const [potassium, sodium] = recordsOf(made)
    await answer(lina, made, [potassium!])
    assert.ok(await find(ravi, made))
    assert.equal((await orderStanding(ravi, made.batch)).state, 'awaited')
    await assert.rejects(answer(ravi, made, [potassium!, sodium!]), refusal('conflict'))
    assert.equal(await signed(made), false)
    await answer(ravi, made, [sodium!])
    assert.ok(await signed(made))
  })

  test('[R19] from another hospital: it comes to the laboratory that was asked', async () => {
    await openInbox(patient)
    const made = await order(await world.newMember(world.lakeside, 'doctor'))
    await settled()
    assert.ok(await find(lina, made))
    assert.equal(await find(elsewhere, made), undefined)
    await answer(lina, made, recordsOf(made))
    assert.ok(await signed(made))
  })

  test('[R9] [R19] withdrawn: nothing is filed for it any more', async () => {
    const made = await order()
    const { records: all } = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    await withdrawBatch(
      doctor,
      all.find(({ batch }) => batch === made.batch)!,
    )
    const before = await records()
    await assert.rejects(answer(lina, made, recordsOf(made)), refusal('records-withdrawn'))
    assert.equal(await records(), before)
    assert.equal((await orderStanding(lina, made.batch)).state, 'withdrawn')
  })

  test('[R19] attack: answered by who is no technician, by another hospital’s, for what is not in it, for another patient', async () => {
    const [made, other] = [await order(), await order()]
    await world.lakeside.gateway.gateway.follower.sync()
    for (const stranger of [await world.newMember(world.city, 'nurse'), doctor])
      await assert.rejects(answer(stranger, made, recordsOf(made)), refusal('not-found'))
    await assert.rejects(answer(elsewhere, made, recordsOf(made)), refusal('not-found'))
    await assert.rejects(answer(lina, made, recordsOf(other)), refusal('bad-request'))
    const ana = await world.newPatient()
    await assert.rejects(answer(lina, made, recordsOf(made), ana), refusal('bad-request'))
    // The contract knows the organisation alone: a technician's own signature is none.
    await assert.rejects(
      submit(lina, [signBatchCall(world.deployment, made.batch)]),
      refusal('records-not-awaited'),
    )
    assert.equal((await orderStanding(lina, made.batch)).state, 'awaited')
  })

  test('[R9] what two organisations sign with each other is no order: technicians are not told of it', async () => {
    const made = await fileRecords(world.city.actor, {
      patient: patient.account,
      records: someRecords.slice(0, 1),
      parties: [world.city.actor.account, world.lakeside.actor.account],
    })
    await world.lakeside.gateway.gateway.follower.sync()
    assert.equal(await find(elsewhere, made), undefined)
    await assert.rejects(orderStanding(elsewhere, made.batch), refusal('not-found'))
  })

  test('[C2] a hospital that is let to read as well goes on filing: during the sharing, after it was ended, and when its time is over', async () => {
    const labs = compartmentIds(patient).labs
    const share = () =>
      grantAccess(patient, {
        reader: world.city.actor.account,
        compartments: [labs],
        purposes: ['TREAT'],
        until: inSeconds(60),
      })
    const reads = async () => {
      await settled()
      return (await requestAccess(lina, { patient: patient.account, purpose: 'TREAT' })).records.length > 0
    }
    await share()
    const during = await order()
    assert.ok(await reads())
    await answer(lina, during, recordsOf(during))
    await revokeAccess(patient, { reader: world.city.actor.account, compartments: [labs] })
    await assert.rejects(reads(), refusal('not-found'))
    const ended = await order()
    await answer(lina, ended, recordsOf(ended))

    await share()
    advance(61)
    await order()
    await assert.rejects(reads(), refusal('not-found'))
    await share()
    await revokeFiling(patient, { organisation: world.city.actor.account, compartments: [labs] })
    assert.ok(await reads())
    await assert.rejects(order(), refusal('write-refused'))
  })
})
