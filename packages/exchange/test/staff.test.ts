import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  compartmentIds,
  fileRecords,
  grantAccess,
  openRecords,
  removeMember,
  requestAccess,
  revokeAccess,
  rotateKeys,
  type Actor,
} from '@hre/sdk'
import type { Hex } from 'viem'
import { fileSome, inSeconds, refusal, someRecords, startWorld, type World } from './world.ts'

describe('what is granted to a hospital, for its people', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  let labs: Hex
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    labs = compartmentIds(patient).labs
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    await fileSome(technician, patient)
    await grantAccess(patient, {
      reader: world.lakeside.actor.account,
      compartments: [labs],
      purposes: ['TREAT'],
      until: inSeconds(3600),
      from: inSeconds(-60),
    })
  })
  after(() => world.stop())

  const countFor = async (actor: Actor) => {
    const access = await requestAccess(actor, { patient: patient.account, purpose: 'TREAT' })
    let count = 0
    for await (const _ of openRecords(actor, access)) count++
    return count
  }
  const askWrap = (actor: Actor) =>
    actor.session.call('getWrap', { params: { patient: patient.account, compartment: labs } })

  test('[E17] a doctor of the hospital opens it, before and after a rotation', async () => {
    assert.equal(await countFor(doctor), 2)
    await rotateKeys(patient, { compartments: [labs] })
    await fileRecords(technician, { patient: patient.account, records: [someRecords[0]!] })
    assert.equal(await countFor(doctor), 3)
  })

  test('[E17] attack: an auditor and an administrator of the hospital ask for the key', async () => {
    for (const role of ['auditor', 'administrator'] as const)
      await assert.rejects(askWrap(await world.newMember(world.lakeside, role)), refusal('not-found'))
  })

  test('[E17] attack: a doctor of another hospital, or the other gateway, asks for it', async () => {
    await assert.rejects(askWrap(await world.newMember(world.city, 'doctor')), refusal('not-found'))
    await assert.rejects(askWrap(world.city.actor), refusal('not-found'))
  })

  test('[D7] [E17] attack: a doctor who left asks for the key, with a session from before', async () => {
    const leaver = await world.newMember(world.lakeside, 'doctor')
    assert.ok((await askWrap(leaver)).through)
    await removeMember(world.lakeside.actor, leaver.account)
    await world.lakeside.gateway.gateway.follower.sync()
    await assert.rejects(askWrap(leaver), refusal('not-found'))
  })

  test('[C4] [E17] revoked, nobody of the hospital gets it any more', async () => {
    await revokeAccess(patient, { reader: world.lakeside.actor.account, compartments: [labs] })
    await assert.rejects(askWrap(doctor), refusal('not-found'))
    await assert.rejects(countFor(doctor), refusal('not-found'))
  })
})
