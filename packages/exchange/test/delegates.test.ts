import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import { grantForCall, purposes, setDelegateCall, setGuardiansCall } from '@hre/protocol'
import {
  compartmentIds,
  compartmentIdsOf,
  endDelegate,
  finishRevocations,
  grantAccess,
  grantAccessFor,
  listCompartments,
  listDelegations,
  listGrants,
  listNotifications,
  nameDelegate,
  openRecords,
  readAccessLog,
  renewAccess,
  requestAccess,
  revokeAccess,
  revokeAccessFor,
  rotateKeys,
  signRequest,
  submit,
  unfinishedRevocations,
  type Actor,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import type { Hex } from 'viem'
import { advance, fileSome, inSeconds, refusal, someRecords, startWorld, type World } from './world.ts'

const day = 24 * 3600

describe('somebody who decides for a patient', () => {
  let world: World
  let technician: Actor
  let doctor: Actor
  /** Looks after others; uses the other hospital's gateway. */
  let carer: Actor
  let patient: Actor
  let labs: Hex
  let summary: Hex

  before(async () => {
    world = await startWorld()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    carer = await world.newMember(world.lakeside, 'nurse')
    patient = await world.newPatient()
    ;({ labs, summary } = compartmentIds(patient))
    await fileSome(technician, patient)
  })
  after(() => world.stop())

  const name = (compartments: Hex[], options: { until?: number; ceiling?: number } = {}) =>
    nameDelegate(patient, {
      delegate: carer.account,
      compartments,
      until: inSeconds(30 * day),
      from: inSeconds(-60),
      ...options,
    })
  const give = (
    options: Partial<Parameters<typeof grantAccessFor>[2]> = {},
    by: Actor = carer,
    to: Actor = patient,
  ) =>
    grantAccessFor(by, to.account, {
      reader: doctor.account,
      compartments: [labs],
      purposes: ['TREAT'],
      until: inSeconds(day),
      from: inSeconds(-60),
      ...options,
    })
  const read = async (reader: Actor, purpose: 'TREAT' | 'FAMRQT' = 'TREAT') => {
    const bodies: string[] = []
    const access = await requestAccess(reader, { patient: patient.account, purpose })
    for await (const { body } of openRecords(reader, access)) bodies.push(new TextDecoder().decode(body))
    return bodies.sort()
  }
  const bodiesOf = (...indexes: number[]) =>
    indexes.map((index) => new TextDecoder().decode(someRecords[index]!.body)).sort()
  const followed = () =>
    Promise.all([world.city, world.lakeside].map(({ gateway }) => gateway.gateway.follower.sync()))
  /** What follows must be refused as if the patient were unknown. */
  const assertUnknown = async (caller: Actor, to = patient.account) => {
    const unknown = `0x${'ab'.repeat(20)}` as const
    for (const whom of [to, unknown]) {
      await assert.rejects(listGrants(caller, 'given', whom), refusal('not-found'))
      await assert.rejects(readAccessLog(caller, whom), refusal('not-found'))
      await assert.rejects(compartmentIdsOf(caller, whom), refusal('not-found'))
    }
  }

  test('[D18] [C13] the patient names a carer: grants for the family, and the right to decide, until one day', async () => {
    await assertUnknown(carer)
    assert.deepEqual(await listDelegations(carer, 'received'), [])
    const until = inSeconds(30 * day)
    assert.equal((await name([labs], { until, ceiling: 4 })).length, 2)
    const [given] = await listDelegations(patient)
    assert.deepEqual([given!.delegate, given!.until], [carer.account, until])
    const [received] = await listDelegations(carer, 'received')
    assert.deepEqual(received, given)
    const grant = (await listGrants(carer, 'received')).at(-1)!
    assert.deepEqual(
      [grant.purposes, grant.until, grant.ceiling, grant.delegate],
      [1 << purposes.FAMRQT, until, 4, null],
    )
  })

  test('[C13] the carer reads by that grant, for the family’s reasons and for no other', async () => {
    assert.deepEqual(await read(carer, 'FAMRQT'), bodiesOf(0, 1))
    await assert.rejects(read(carer, 'TREAT'), refusal('not-found'))
    assert.deepEqual(await compartmentIdsOf(carer, patient.account), compartmentIds(patient))
  })

  test('[A6] [C13] the carer sees who looked and who may, and the patient sees that they did', async () => {
    const { accesses } = await readAccessLog(carer, patient.account)
    assert.ok(accesses.some(({ receipt }) => receipt.reader === carer.account))
    assert.ok((await listGrants(carer, 'given', patient.account)).length > 0)
    const own = await readAccessLog(patient)
    const looks = own.accesses.filter(
      ({ receipt, records, request }) =>
        receipt.reader === carer.account && records.length === 0 && request.purpose === purposes.FAMRQT,
    )
    // At each of the two hospitals.
    assert.equal(new Set(looks.map(({ receipt }) => receipt.organisation)).size, 2)
    const told = await listNotifications(patient)
    assert.ok(
      told.some(
        ({ kind, about }) =>
          kind === 'access-permitted' && about.reader === carer.account && about.records === 0,
      ),
    )
    // As the family alone.
    const { request, signature } = await signRequest(carer, { patient: patient.account, purpose: 'TREAT' })
    await assert.rejects(
      carer.session.call('readAccessLog', { body: { request, signature } }),
      refusal('not-found'),
    )
  })

  test('[C13] the carer shares with a doctor: earlier records too, and the patient is told by whom', async () => {
    await assert.rejects(read(doctor), refusal('not-found'))
    await give()
    assert.deepEqual(await read(doctor), bodiesOf(0, 1))
    await followed()
    const grant = (await listGrants(patient)).find(({ reader }) => reader === doctor.account)!
    assert.equal(grant.delegate, carer.account)
    const told = (await listNotifications(patient)).filter(({ about }) => about.delegate !== undefined)
    assert.deepEqual(
      told.map(({ kind, about }) => [kind, about.delegate, about.reader]),
      [
        ['delegate-named', carer.account, undefined],
        ['grant-made', carer.account, doctor.account],
      ],
    )
    assert.deepEqual(
      (await listNotifications(carer)).filter(({ kind }) => kind === 'delegate-named').length,
      1,
    )
  })

  test('[C13] a patient’s new key stays with whom the carer gave the old one', async () => {
    await rotateKeys(patient, { compartments: [labs] })
    await fileSome(technician, patient)
    await followed()
    assert.equal((await read(doctor)).length, 4)
    // And the carer hands the new one on.
    const nurse = await world.newMember(world.lakeside, 'nurse')
    await give({ reader: nurse.account })
    assert.equal((await read(nurse)).length, 4)
    await revokeAccessFor(carer, patient.account, { reader: nurse.account, compartments: [labs] })
  })

  test('[C4] [C5] [C13] the carer ends it: refused at once; the key changes at the patient’s next login', async () => {
    await finishRevocations(patient)
    const [before] = (await listCompartments(patient, patient.account)).filter(
      ({ compartment }) => compartment === labs,
    )
    await revokeAccessFor(carer, patient.account, { reader: doctor.account, compartments: [labs] })
    await assert.rejects(read(doctor), refusal('not-found'))
    assert.deepEqual(await unfinishedRevocations(patient), [labs])
    const ended = (await listNotifications(patient)).filter(({ kind }) => kind === 'grant-ended').at(-1)!
    assert.deepEqual([ended.about.delegate, ended.about.reader], [carer.account, doctor.account])
    assert.deepEqual(await finishRevocations(patient), [labs])
    assert.deepEqual(await finishRevocations(patient), [])
    const [afterwards] = (await listCompartments(patient, patient.account)).filter(
      ({ compartment }) => compartment === labs,
    )
    assert.equal(afterwards!.epoch, before!.epoch + 1)
    await followed()
    // The carer stays, with the new key.
    assert.equal((await read(carer, 'FAMRQT')).length, 4)
    await assert.rejects(
      revokeAccessFor(carer, patient.account, { reader: doctor.account, compartments: [labs] }),
      refusal('consent-not-granted'),
    )
  })

  test('attack: the carer gives what it cannot open itself', async () => {
    await assert.rejects(give({ compartments: [summary] }), refusal('not-found'))
    // Past the SDK, with a wrap of nothing.
    const terms = {
      reader: doctor.account,
      rights: ['read'],
      purposes: ['TREAT'],
      ceiling: 4,
      from: inSeconds(-60),
      until: inSeconds(day),
      wrapHash: randomBytes32(),
    } as const
    const raw = (more: object) =>
      submit(carer, [
        grantForCall(world.deployment, patient.account, { ...terms, compartment: summary, ...more }),
      ])
    await assert.rejects(raw({}), refusal('consent-beyond-delegate'))
    await assert.rejects(raw({ compartment: labs, rights: ['write'] }), refusal('consent-beyond-delegate'))
  })

  test('attack: the carer gives more than its own grant: more sensitive, for longer', async () => {
    await assert.rejects(give({ ceiling: 5 }), refusal('consent-beyond-delegate'))
    await assert.rejects(give({ until: inSeconds(31 * day) }), refusal('consent-beyond-delegate'))
    // Nothing of it was done.
    assert.ok(
      !(await listGrants(patient)).some(({ reader, revoked }) => reader === doctor.account && !revoked),
    )
  })

  test('attack: the carer widens its own grant', async () => {
    await assert.rejects(
      give({ reader: carer.account, purposes: ['TREAT', 'HRESCH'], ceiling: 5 }),
      refusal('consent-beyond-delegate'),
    )
    await assert.rejects(give({ reader: carer.account }), refusal('consent-beyond-delegate'))
  })

  test('attack: a carer of one patient decides for another', async () => {
    const other = await world.newPatient()
    await fileSome(technician, other)
    await assertUnknown(carer, other.account)
    await grantAccess(other, {
      reader: carer.account,
      compartments: [compartmentIds(other).labs],
      purposes: ['FAMRQT'],
      until: inSeconds(day),
      from: inSeconds(-60),
    })
    await assertUnknown(carer, other.account)
    await assert.rejects(
      give({ compartments: [compartmentIds(other).labs] }, carer, other),
      refusal('consent-not-delegated'),
    )
    await assert.rejects(
      revokeAccessFor(carer, other.account, {
        reader: carer.account,
        compartments: [compartmentIds(other).labs],
      }),
      refusal('consent-not-delegated'),
    )
  })

  test('attack: a carer names another carer, guardians or keys for the patient', async () => {
    const third = await world.newMember(world.lakeside, 'doctor')
    // What the carer names, it names for itself.
    await submit(carer, [setDelegateCall(world.deployment, third.account, inSeconds(day))])
    await submit(carer, [setGuardiansCall(world.deployment, [third.account, doctor.account], 2)])
    await followed()
    await assertUnknown(third)
    await assert.rejects(give({ compartments: [labs] }, third), refusal('not-found'))
    await assert.rejects(
      revokeAccessFor(third, patient.account, { reader: carer.account, compartments: [labs] }),
      refusal('consent-not-delegated'),
    )
    assert.deepEqual(
      (await listDelegations(patient)).map(({ delegate }) => delegate),
      [carer.account],
    )
    assert.deepEqual((await patient.session.call('getCouncil', {})).guardians, [])
    // A reader of the carer’s is no carer either.
    await give()
    await assert.rejects(give({ reader: third.account }, doctor), refusal('consent-not-delegated'))
  })

  test('attack: a carer renews, narrows or rotates as if it were the patient', async () => {
    await assert.rejects(
      renewAccess(carer, { reader: doctor.account, compartments: [labs], until: inSeconds(2 * day) }),
      refusal('not-found'),
    )
    await assert.rejects(revokeAccess(carer, { reader: doctor.account, compartments: [labs] }))
    await assert.rejects(rotateKeys(carer, { compartments: [labs] }), refusal('not-found'))
  })

  test('attack: a stranger leaves a map for somebody whom no patient named, or reads one', async () => {
    const stranger = await world.newPatient()
    const put = (delegate: Actor) =>
      stranger.session.call('putDelegateMap', {
        params: { delegate: delegate.account },
        body: { map: 'AAAA' },
      })
    await assert.rejects(put(carer), refusal('not-found'))
    await assertUnknown(stranger)
  })

  test('[G13] rebuilt from the chain, a gateway says the same of delegations and of who gave what', async () => {
    const { gateway } = world.lakeside.gateway
    const rows = async () => ({
      delegations: (await gateway.db.select().from(tables.delegations)).map(({ id: _id, ...row }) => row),
      grants: (await gateway.db.select().from(tables.grants)).map(({ id: _id, ...row }) => row),
      maps: await gateway.db.select().from(tables.delegateMaps),
    })
    const before = await rows()
    assert.ok(before.delegations.length > 0)
    assert.ok(before.grants.some(({ delegate }) => delegate === carer.account))
    assert.equal(before.maps.length, 1)
    await gateway.follower.rebuild()
    assert.deepEqual(await rows(), before)
  })

  test('[C13] naming again with fewer parts takes the others back', async () => {
    await name([labs, summary])
    assert.equal((await read(carer, 'FAMRQT')).length, 6)
    await name([summary])
    assert.deepEqual([...new Set(await read(carer, 'FAMRQT'))], bodiesOf(2))
    await assert.rejects(give(), refusal('not-found'))
    await name([labs])
  })

  test('[C2] [C13] the carer shares with the patient’s own hospital as a whole, and ends it: it goes on filing', async () => {
    const hospital = world.city.actor.account
    const colleague = await world.newMember(world.city, 'doctor')
    await give({ reader: hospital })
    await fileSome(technician, patient)
    await followed()
    assert.ok((await read(colleague)).length > 0)
    await revokeAccessFor(carer, patient.account, { reader: hospital, compartments: [labs] })
    await assert.rejects(read(colleague), refusal('not-found'))
    await fileSome(technician, patient)
    await assert.rejects(
      revokeAccessFor(carer, patient.account, { reader: hospital, compartments: [labs] }),
      refusal('consent-not-granted'),
    )
    assert.deepEqual(await finishRevocations(patient), [labs])
  })

  test('[C13] the patient ends it: nothing is read, decided or listed, and the keys change', async () => {
    await endDelegate(patient, carer.account)
    await followed()
    await assertUnknown(carer)
    assert.deepEqual(await listDelegations(patient), [])
    assert.deepEqual(await listDelegations(carer, 'received'), [])
    await assert.rejects(read(carer, 'FAMRQT'), refusal('not-found'))
    await assert.rejects(give(), refusal('not-found'))
    await assert.rejects(
      revokeAccessFor(carer, patient.account, { reader: doctor.account, compartments: [labs] }),
      refusal('consent-not-delegated'),
    )
    assert.deepEqual(await finishRevocations(patient), [])
    // What the carer let the doctor open stays, for the patient to see and to end.
    const left = (await listGrants(patient)).filter(({ delegate, revoked }) => delegate && !revoked)
    assert.deepEqual(
      left.map(({ reader, delegate }) => [reader, delegate]),
      [[doctor.account, carer.account]],
    )
    // Again: nothing to do, and no failure.
    await endDelegate(patient, carer.account)
    for (const { gateway } of [world.city, world.lakeside])
      assert.deepEqual(await gateway.gateway.db.select().from(tables.delegateMaps), [])
  })

  test('[C13] over by itself at its end, at the second', async () => {
    const until = inSeconds(100)
    await name([labs], { until })
    await followed()
    assert.equal((await listDelegations(carer, 'received')).length, 1)
    advance(until - inSeconds(0))
    await assertUnknown(carer)
    assert.deepEqual(await listDelegations(carer, 'received'), [])
    await assert.rejects(give(), refusal('not-found'))
    await assert.rejects(
      revokeAccessFor(carer, patient.account, { reader: doctor.account, compartments: [labs] }),
      refusal('consent-not-delegated'),
    )
    // The patient sees that there was one.
    assert.deepEqual(
      (await listDelegations(patient)).map((row) => row.until),
      [until],
    )
  })
})
