import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { purposes, routes } from '@hre/protocol'
import {
  acceptInvitation,
  accountOf,
  agreeToRegistration,
  chainThrough,
  changeRole,
  cutOffMember,
  fileRecords,
  inviteMember,
  invitePatient,
  licenseMember,
  listCompartments,
  listEmergencies,
  listMembers,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { refusal, someRecords, startWorld, type World } from './world.ts'

describe('[G20] the front desk: invitations, names, asks', () => {
  let world: World
  before(async () => {
    world = await startWorld()
  })
  after(() => world.stop())

  test('[G20] [D19] a patient comes in by an invitation, and the hospital can file in the chart', async () => {
    const { city } = world
    const { secret } = await invitePatient(city.actor, 'hospital number 7')
    const patient = await world.newStranger()
    assert.equal(await acceptInvitation(patient, secret), 0)
    assert.equal((await accountOf(patient, patient.account)).patient, true)
    assert.equal((await listCompartments(patient, patient.account)).length, 9)
    const technician = await world.newMember(city, 'lab technician')
    await fileRecords(technician, { patient: patient.account, records: someRecords })
    // The same device again, as after a broken connection.
    assert.equal(await acceptInvitation(patient, secret), 0)
  })

  test('[G20] attack: a spent link, an unknown one, and one for somebody else’s signer', async () => {
    const { city } = world
    const { secret } = await invitePatient(city.actor, 'hospital number 8')
    const patient = await world.newStranger()
    const thief = await world.newStranger()
    const { client } = thief.session
    const agreement = await agreeToRegistration(thief, city.actor.account)
    const body = { secret, account: patient.account, agreement }
    await assert.rejects(client.call('acceptInvitation', { body }), refusal('bad-request'))
    await acceptInvitation(patient, secret)
    await assert.rejects(acceptInvitation(thief, secret), refusal('not-found'))
    await assert.rejects(acceptInvitation(thief, randomBytes32()), refusal('not-found'))
  })

  test('[G20] attack: a doctor, a patient and another hospital’s administrator invite somebody', async () => {
    const { city, lakeside } = world
    const doctor = await world.newMember(city, 'doctor')
    const stranger = await world.newMember(lakeside, 'administrator')
    for (const actor of [doctor, await world.newPatient()])
      await assert.rejects(invitePatient(actor, 'number'), refusal('forbidden'))
    const elsewhere = await world.newStranger(city)
    const atCity = { ...stranger, session: elsewhere.session }
    await assert.rejects(invitePatient(atCity, 'number'))
  })

  test('[G20] staff come in by name, patients find them, and who was never invited is not listed', async () => {
    const { lakeside } = world
    const { secret } = await inviteMember(lakeside.actor, { role: 'doctor', name: 'Dr Kwame Osei' })
    const doctor = await world.newStranger(lakeside)
    await acceptInvitation(doctor, secret)
    await world.newMember(lakeside, 'nurse')
    const { staff } = await lakeside.actor.session.call('listStaff', {})
    assert.deepEqual(
      staff.map(({ account, name, role }) => ({ account, name, role })),
      [{ account: doctor.account, name: 'Dr Kwame Osei', role: 2 }],
    )
  })

  test('[G26] an administrator sees every member and licence; [D6] a role changes in one go; nobody else sees them', async () => {
    const { city } = world
    const nurse = await world.newMember(city, 'nurse')
    const of = async () => (await listMembers(city.actor)).find(({ account }) => account === nurse.account)
    assert.deepEqual(await of(), {
      account: nurse.account,
      name: null,
      role: 3,
      licensedUntil: 0,
      registered: true,
    })
    const licensedUntil = Math.floor(Date.now() / 1000) + 3600
    await licenseMember(city.actor, nurse.account, licensedUntil)
    await changeRole(city.actor, nurse.account, { role: 'doctor', licensedUntil })
    assert.deepEqual([(await of())!.role, (await of())!.licensedUntil], [2, licensedUntil])
    await assert.rejects(listMembers(nurse), refusal('forbidden'))
    await assert.rejects(listEmergencies(nurse, 'organisation'), refusal('forbidden'))
    assert.deepEqual(await listEmergencies(city.actor, 'organisation'), [])
    await cutOffMember(city.actor, nurse.account)
    assert.equal(await of(), undefined)
    // [D15] her key is out of use as well.
    await assert.rejects(nurse.session.call('listAsks', {}))
  })

  test('[G21] a doctor asks a patient; nobody else sees it, and it opens nothing', async () => {
    const { city, lakeside } = world
    const patient = await world.newPatient()
    const doctor = await world.newMember(lakeside, 'doctor')
    const wish = { patient: patient.account, topics: ['labs'], purpose: purposes.TREAT, days: 7 }
    await doctor.session.call('askForAccess', { body: wish })
    await doctor.session.call('askForAccess', { body: { ...wish, days: 3 } })
    assert.equal((await doctor.session.call('listAsks', {})).asks[0]?.days, 3)
    assert.equal((await doctor.session.call('listAsks', {})).asks.length, 1)
    const other = await world.newMember(lakeside, 'doctor')
    assert.deepEqual((await other.session.call('listAsks', {})).asks, [])
    await assert.rejects(listCompartments(doctor, patient.account), refusal('not-found'))
    const auditor = await world.newMember(lakeside, 'auditor')
    await assert.rejects(auditor.session.call('askForAccess', { body: wish }), refusal('forbidden'))
    const body = { ...wish, patient: city.actor.account }
    await assert.rejects(doctor.session.call('askForAccess', { body }), refusal('not-found'))
  })

  test('[G22] attack: the gateway’s node is asked about somebody else’s contract', async () => {
    const patient = await world.newPatient()
    const chain = chainThrough(patient.session)
    assert.equal(await chain.getChainId(), world.deployment.chainId)
    await assert.rejects(chain.getLogs({ address: patient.account }))
    const call = { method: 'eth_call' as const, params: [{ to: patient.account, data: '0x' }, 'latest'] }
    await assert.rejects(patient.session.call('readChain', { body: call }), refusal('forbidden'))
  })

  test('[G23] pages of other origins may call what a patient asks of every organisation, and nothing else', async () => {
    const preflight = (path: string) =>
      fetch(`${world.city.gateway.url}${path}`, {
        method: 'OPTIONS',
        headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
      })
    const open = await preflight('/v1/access-log')
    assert.equal(open.headers.get('access-control-allow-origin'), '*')
    assert.equal(open.headers.get('access-control-allow-credentials'), null)
    for (const [name, text] of sdkActions())
      for (const [, route] of text.matchAll(/askEveryGateway\(actor, [^]*?session\.call\('(\w+)'/g))
        assert.ok('crossOrigin' in routes[route as keyof typeof routes], `${name}: ${route}`)
    for (const path of ['/v1/operations', '/v1/blobs/0x00', '/v1/keystore'])
      assert.equal((await preflight(path)).headers.get('access-control-allow-origin'), null)
  })
})

/** Sources of what the SDK asks gateways for, by name. */
function sdkActions(): [string, string][] {
  const folder = join(import.meta.dirname, '../../sdk/src/actions')
  return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])
}
