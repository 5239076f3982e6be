import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import { decisions, narrowCall, renewCall, type Leaf } from '@hre/protocol'
import {
  compartmentIds,
  grantAccess,
  listGrants,
  narrowAccess,
  openRecords,
  renewAccess,
  requestAccess,
  revokeAccess,
  submit,
  type Actor,
} from '@hre/sdk'
import { fileSome, inSeconds, lastAccessOf, refusal, startWorld, type World } from './world.ts'

describe('narrowing and renewing a grant', () => {
  let world: World
  let patient: Actor
  let doctor: Actor
  let labs: `0x${string}`
  let leaves: Leaf[]
  const firstEnd = inSeconds(3600)
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    labs = compartmentIds(patient).labs
    doctor = await world.newMember(world.lakeside, 'doctor')
    const technician = await world.newMember(world.city, 'lab technician')
    leaves = (await fileSome(technician, patient)).leaves.filter(({ compartment }) => compartment === labs)
    await grantAccess(patient, {
      reader: doctor.account,
      compartments: [labs],
      purposes: ['TREAT', 'HPAYMT'],
      until: firstEnd,
    })
  })
  after(() => world.stop())

  const target = () => ({ reader: doctor.account, compartments: [labs] })
  const ask = (purpose: 'TREAT' | 'HPAYMT') =>
    requestAccess(doctor, {
      patient: patient.account,
      purpose,
      records: leaves.map(({ record }) => record),
    })
  const held = async () =>
    (await listGrants(patient)).filter(({ reader }) => reader === doctor.account).at(-1)!
  const rows = async ({ gateway }: World['city']) =>
    (await gateway.gateway.db.select().from(tables.grants)).map(({ id: _id, ...row }) => row)

  test('[C15] what was taken away is refused at once, and the rest opens with the wrap of before', async () => {
    await ask('HPAYMT')
    const { wrapHash } = await held()
    await narrowAccess(patient, { ...target(), purposes: ['TREAT'] })
    await assert.rejects(ask('HPAYMT'), refusal('not-found'))
    assert.equal(decisions[(await lastAccessOf(patient, doctor)).receipt.decision] ?? '', 'PurposeNotGranted')
    assert.equal((await held()).wrapHash, wrapHash)
    let opened = 0
    for await (const record of openRecords(doctor, await ask('TREAT')))
      opened += record.body.length > 0 ? 1 : 0
    assert.equal(opened, leaves.length)
  })

  test('[C15] attack: what was taken away is asked back as a narrowing', async () => {
    await assert.rejects(
      narrowAccess(patient, { ...target(), purposes: ['TREAT', 'HPAYMT'] }),
      refusal('consent-wider'),
    )
    await assert.rejects(
      narrowAccess(patient, { ...target(), until: firstEnd + 1 }),
      refusal('consent-wider'),
    )
  })

  test('[C16] a renewal ends later and changes nothing else', async () => {
    const before = await held()
    await renewAccess(patient, { ...target(), until: firstEnd + 3600 })
    assert.deepEqual(await held(), { ...before, until: firstEnd + 3600 })
    await ask('TREAT')
  })

  test('[C16] attack: a relay keeps a renewal back until the patient has narrowed the grant', async () => {
    const end = (await held()).until
    const stale = renewCall(patient.deployment, {
      reader: doctor.account,
      compartment: labs,
      epoch: 1,
      heldUntil: end,
      until: end + 86_400,
    })
    await narrowAccess(patient, { ...target(), until: end - 60 })
    await assert.rejects(submit(patient, [stale]), refusal('consent-end-differs'))
    assert.equal((await held()).until, end - 60)
  })

  test('[C15] [C16] attack: the reader narrows or renews what it was given', async () => {
    const { rights: _rights, ...kept } = await held()
    const left = {
      rights: ['read'],
      purposes: ['TREAT'],
      ceiling: 1,
      from: kept.from,
      until: kept.until,
    } as const
    await assert.rejects(
      submit(doctor, [narrowCall(doctor.deployment, doctor.account, labs, left)]),
      refusal('consent-not-granted'),
    )
    const { until: heldUntil } = kept
    const wish = { reader: doctor.account, compartment: labs, epoch: 1, heldUntil, until: heldUntil + 1 }
    await assert.rejects(
      submit(doctor, [renewCall(doctor.deployment, wish)]),
      refusal('consent-patient-unknown'),
    )
  })

  test('[C15] [C16] a gateway that reads the chain from the start has the same grants', async () => {
    for (const { gateway } of [world.city, world.lakeside]) {
      const before = await rows({ gateway } as World['city'])
      await gateway.gateway.follower.rebuild()
      assert.deepEqual(await rows({ gateway } as World['city']), before)
    }
  })

  test('[C16] what was revoked is not renewed', async () => {
    const wish = { ...target(), until: inSeconds(86_400) }
    await revokeAccess(patient, target())
    await assert.rejects(renewAccess(patient, wish), refusal('not-found'))
    await assert.rejects(ask('TREAT'), refusal('not-found'))
  })
})
