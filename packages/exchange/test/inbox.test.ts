import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eq } from 'drizzle-orm'
import { tables } from '@hre/gateway'
import { limits, setInboxCall } from '@hre/protocol'
import {
  closeInbox,
  compartmentIds,
  fileRecords,
  openInbox,
  openRecords,
  requestAccess,
  submit,
  type Actor,
  type NewRecord,
} from '@hre/sdk'
import type { Hex } from 'viem'
import { fileSome, refusal, someRecords, startWorld, type World } from './world.ts'

describe('the inbox of a patient whom an organisation never met', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let inbox: Hex
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    inbox = patient.keyring.compartmentId('inbox')
    // Of Lakeside, which has no grant of any kind.
    technician = await world.newMember(world.lakeside, 'lab technician')
  })
  after(() => world.stop())

  const file = (records: readonly NewRecord[], author = technician, of = patient) =>
    fileRecords(author, { patient: of.account, records })
  const ask = (reader: Actor, records: Hex[] = []) =>
    requestAccess(reader, { patient: patient.account, purpose: 'TREAT', records })
  const indexed = async ({ gateway }: World['city'], batch: Hex) => {
    await gateway.gateway.follower.sync()
    return gateway.gateway.db.select().from(tables.leaves).where(eq(tables.leaves.batch, batch))
  }
  const manyRecords = (count: number): NewRecord[] =>
    Array.from({ length: count }, (_, index) => ({
      ...someRecords[0]!,
      body: new TextEncoder().encode(JSON.stringify({ resourceType: 'Observation', id: `n${index}` })),
    }))

  test('[C17] without an inbox a stranger files nothing', async () => {
    await assert.rejects(file(someRecords), refusal('not-found'))
  })

  test('[C17] into an inbox a stranger files, and the patient alone opens it', async () => {
    await openInbox(patient)
    const { leaves, batch } = await file(someRecords)
    assert.ok(leaves.every(({ compartment }) => compartment === inbox))
    for (const hospital of [world.city, world.lakeside])
      assert.equal((await indexed(hospital, batch)).length, leaves.length)
    const bodies: string[] = []
    for await (const { body } of openRecords(
      patient,
      await requestAccess(patient, {
        patient: patient.account,
        purpose: 'PATRQT',
        records: leaves.map(({ record }) => record),
      }),
    ))
      bodies.push(new TextDecoder().decode(body))
    assert.deepEqual(
      bodies,
      someRecords.map(({ body }) => new TextDecoder().decode(body)),
    )
  })

  test('[C17] attack: who may file into the inbox reads it, their own records included', async () => {
    const { leaves } = await file(someRecords.slice(0, 1))
    for (const reader of [technician, world.lakeside.actor]) {
      await assert.rejects(ask(reader), refusal('not-found'))
      await assert.rejects(ask(reader, [leaves[0]!.record]), refusal('not-found'))
      await assert.rejects(
        reader.session.call('getWrap', { params: { patient: patient.account, compartment: inbox } }),
        refusal('not-found'),
      )
    }
  })

  test('[C17] attack: a stranger files into another part, or names it to be the inbox', async () => {
    const { labs } = compartmentIds(patient)
    // The stranger’s own client is made to believe that the part is the inbox.
    const { session } = technician
    const lying: Actor = {
      ...technician,
      session: Object.assign(Object.create(session) as typeof session, {
        call: async (...args: Parameters<typeof session.call>) => {
          const answer = await session.call(...args)
          if (args[0] !== 'listCompartments') return answer
          const { compartments } = answer as { compartments: { compartment: Hex }[] }
          return { compartments: compartments.map((row) => ({ ...row, compartment: labs })) }
        },
      }),
    }
    await assert.rejects(file(someRecords, lying), refusal('write-refused'))
    await assert.rejects(
      submit(technician, [setInboxCall(technician.deployment, labs)]),
      refusal('consent-patient-unknown'),
    )
  })

  test('[C17] attack: an organisation floods an inbox', async () => {
    const flooded = await world.newPatient()
    await openInbox(flooded)
    const max = limits.inboxRecordsPerDayMax
    await assert.rejects(file(manyRecords(max + 1), technician, flooded), refusal('inbox-full'))
    await file(manyRecords(max - 1), technician, flooded)
    await assert.rejects(file(manyRecords(2), technician, flooded), refusal('inbox-full'))
    await file(manyRecords(1), technician, flooded)
    await assert.rejects(file(manyRecords(1), technician, flooded), refusal('inbox-full'))
    // Who has a grant, and other patients, are not touched by it.
    await fileSome(await world.newMember(world.city, 'lab technician'), flooded)
    await file(manyRecords(1))
  })

  test('[C17] a gateway that reads the chain from the start indexes the same records', async () => {
    for (const { gateway } of [world.city, world.lakeside]) {
      const { db, follower } = gateway.gateway
      const rows = async () => (await db.select().from(tables.leaves)).map(({ record }) => record).sort()
      await follower.sync()
      const before = await rows()
      await follower.rebuild()
      assert.deepEqual(await rows(), before)
    }
  })

  test('[C17] once the inbox is shut nothing comes in, and what is there stays', async () => {
    await closeInbox(patient)
    await assert.rejects(file(someRecords), refusal('not-found'))
    const { records } = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    assert.ok(records.some(({ leaf }) => leaf.compartment === inbox))
    await openInbox(patient)
    await file(someRecords)
  })
})
