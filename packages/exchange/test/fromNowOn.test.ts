import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eq } from 'drizzle-orm'
import { tables } from '@hre/gateway'
import type { Leaf } from '@hre/protocol'
import {
  compartmentIds,
  fileRecords,
  grantAccess,
  listCompartments,
  openRecords,
  requestAccess,
  revokeAccess,
  rotateKeys,
  type Actor,
  type History,
} from '@hre/sdk'
import { isWrapFromNowOn } from '@hre/vault'
import type { Hex } from 'viem'
import { inSeconds, refusal, startWorld, type World } from './world.ts'

describe('grants from now on', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let newcomer: Actor
  let family: Actor
  let labs: Hex
  /** One record of each epoch, in order. */
  const filed: Leaf[] = []
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    labs = compartmentIds(patient).labs
    technician = await world.newMember(world.city, 'lab technician')
    newcomer = await world.newMember(world.lakeside, 'doctor')
    family = await world.newMember(world.city, 'doctor')
    await file()
  })
  after(() => world.stop())

  async function file(): Promise<Leaf> {
    const body = new TextEncoder().encode(`record ${filed.length + 1}`)
    const { leaves } = await fileRecords(technician, {
      patient: patient.account,
      records: [{ body, mediaType: 'text/plain', compartment: 'labs', sensitivity: 3, kind: 'document' }],
    })
    filed.push(leaves[0]!)
    return leaves[0]!
  }
  const give = (reader: Actor, history: History) =>
    grantAccess(patient, {
      reader: reader.account,
      compartments: [labs],
      purposes: ['TREAT'],
      until: inSeconds(3600),
      from: inSeconds(-60),
      history,
    })
  /** What opens of everything that the gateway lets go, and how much stays closed. */
  async function reads(actor: Actor): Promise<{ opened: string[]; closed: number }> {
    const access = await requestAccess(actor, { patient: patient.account, purpose: 'TREAT' })
    const opened: string[] = []
    let closed = 0
    for await (const { body } of openRecords(actor, access, { onClosed: () => closed++ }))
      opened.push(new TextDecoder().decode(body))
    return { opened, closed }
  }
  const epochOf = async () =>
    (await listCompartments(patient, patient.account)).find((row) => row.compartment === labs)!.epoch

  test('[E16] a newcomer opens what is filed from now on, those who had history keep it', async () => {
    await give(family, 'all')
    await give(newcomer, 'from-now-on')
    assert.equal(await epochOf(), 2)
    assert.equal((await file()).epoch, 2)
    assert.deepEqual(await reads(newcomer), { opened: ['record 2'], closed: 1 })
    assert.deepEqual(await reads(family), { opened: ['record 1', 'record 2'], closed: 0 })
    assert.deepEqual(await reads(patient), { opened: ['record 1', 'record 2'], closed: 0 })
  })

  test('[E16] a record from before, asked for by its name, is a failure and not left out', async () => {
    const access = await requestAccess(newcomer, {
      patient: patient.account,
      purpose: 'TREAT',
      records: [filed[0]!.record],
    })
    await assert.rejects(async () => {
      for await (const _ of openRecords(newcomer, access));
    }, refusal('not-found'))
  })

  test('[C5] [E16] a rotation leaves each reader what they had: history, or from now on', async () => {
    const leaver = await world.newMember(world.lakeside, 'nurse')
    await give(leaver, 'all')
    await revokeAccess(patient, { reader: leaver.account, compartments: [labs] })
    assert.equal((await file()).epoch, 3)
    assert.deepEqual(await reads(newcomer), { opened: ['record 2', 'record 3'], closed: 1 })
    assert.deepEqual(await reads(family), { opened: ['record 1', 'record 2', 'record 3'], closed: 0 })
    await assert.rejects(reads(leaver), refusal('not-found'))
  })

  test('[E16] attack: asks the gateway for wraps of earlier epochs', async () => {
    for (const epoch of [1, 4]) {
      await assert.rejects(
        newcomer.session.call('getEpochWrap', {
          params: { patient: patient.account, compartment: labs, epoch },
        }),
        refusal('not-found'),
      )
    }
    // Nor those that the patient gave to others.
    await assert.rejects(
      newcomer.session.call('getGivenWrap', { params: { compartment: labs, reader: family.account } }),
      refusal('not-found'),
    )
  })

  test('[C5] a rotation that nobody left: called again after a failure, everyone reads on', async () => {
    await rotateKeys(patient, { compartments: [labs] })
    await rotateKeys(patient, { compartments: [labs] })
    assert.equal((await file()).epoch, 5)
    assert.equal((await reads(newcomer)).opened.length, 3)
    assert.equal((await reads(family)).opened.length, 4)
  })

  test('[E16] attack: a gateway that has lost a wrap makes the patient give more than was granted', async () => {
    const { db } = world.city.gateway.gateway
    const lost = await db.select().from(tables.grants).where(eq(tables.grants.reader, newcomer.account))
    for (const hospital of [world.city, world.lakeside])
      for (const { wrapHash } of lost)
        await hospital.gateway.gateway.db
          .delete(tables.attachments)
          .where(eq(tables.attachments.hash, wrapHash))
    await rotateKeys(patient, { compartments: [labs] })
    assert.equal((await file()).epoch, 6)
    const { epoch, wrap } = await newcomer.session.call('getWrap', {
      params: { patient: patient.account, compartment: labs },
    })
    assert.equal(epoch, 6)
    assert.ok(isWrapFromNowOn(Buffer.from(wrap, 'base64')))
  })

  test('[E16] granted anew with history, the newcomer opens everything', async () => {
    await give(newcomer, 'all')
    assert.deepEqual(await reads(newcomer), {
      opened: filed.map((_, index) => `record ${index + 1}`),
      closed: 0,
    })
  })
})
