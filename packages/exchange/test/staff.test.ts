import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  attestPatient,
  ChainCheck,
  compartmentIds,
  connect,
  fileRecords,
  finishRevocations,
  grantAccess,
  grantRecord,
  openChart,
  openRecords,
  register,
  removeMember,
  requestAccess,
  revokeAccess,
  revokeRecord,
  rotateKeys,
  unfinishedRevocations,
  type Actor,
} from '@hre/sdk'
import type { CompartmentView, GrantView } from '@hre/protocol'
import { createRootSeed } from '@hre/vault'
import { bytesToHex, type Hex } from 'viem'
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

  test('[C12] [E17] one record granted to the hospital is handed on to its doctors, and to nobody else', async () => {
    const { summary } = compartmentIds(patient)
    const wish = { patient: patient.account, purpose: 'PATRQT' } as const
    const { records } = await requestAccess(patient, wish)
    const record = records.find(({ leaf }) => leaf.compartment === summary)!.leaf.record
    const reader = world.lakeside.actor.account
    const until = inSeconds(3600)
    await grantRecord(patient, { reader, record, purposes: ['TREAT'], until, from: inSeconds(-60) })
    const access = await requestAccess(doctor, {
      patient: patient.account,
      purpose: 'TREAT',
      records: [record],
    })
    const bodies: Uint8Array[] = []
    for await (const { body } of openRecords(doctor, access)) bodies.push(body)
    assert.deepEqual(bodies, [someRecords[2]!.body])
    const ask = (actor: Actor) =>
      actor.session.call('getRecordWrap', { params: { patient: patient.account, record } })
    const auditor = await world.newMember(world.lakeside, 'auditor')
    const elsewhere = await world.newMember(world.city, 'doctor')
    for (const by of [auditor, elsewhere]) await assert.rejects(ask(by), refusal('not-found'))
    await revokeRecord(patient, { reader, record })
    await world.lakeside.gateway.gateway.follower.sync()
    await assert.rejects(ask(doctor), refusal('not-found'))
  })

  test('[C4] [C5] a revocation that was killed before the new key is found and finished, once', async () => {
    const rootSeed = createRootSeed()
    const owner = await connect({ gatewayUrl: world.city.gateway.url, rootSeed })
    await attestPatient(world.city.actor, owner.account, 'hospital number 2')
    await register(owner)
    await openChart(owner, { writer: world.city.actor.account, until: inSeconds(3600) })
    const part = compartmentIds(owner).labs
    const [leaver, stayer] = [doctor, await world.newMember(world.lakeside, 'nurse')]
    for (const { account: reader } of [leaver, stayer])
      await grantAccess(owner, { reader, compartments: [part], purposes: ['TREAT'], until: inSeconds(3600) })
    assert.deepEqual(await finishRevocations(owner), [])
    const program = join(import.meta.dirname, 'interruptedRevocation.ts')
    const args = [program, world.city.gateway.url, bytesToHex(rootSeed), leaver.account, part]
    const child = spawn(process.execPath, args, { stdio: 'inherit' })
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
    assert.deepEqual(await unfinishedRevocations(owner), [part])
    assert.deepEqual(await finishRevocations(owner), [part])
    assert.deepEqual(await finishRevocations(owner), [])
    await world.lakeside.gateway.gateway.follower.sync()
    const wrapOf = (actor: Actor) =>
      actor.session.call('getWrap', { params: { patient: owner.account, compartment: part } })
    assert.equal((await wrapOf(stayer)).epoch, 2)
    await assert.rejects(wrapOf(leaver), refusal('not-found'))
  })

  test('[C3] [D3] attack: a gateway names its own recipient, epoch or reader; the chain contradicts it', async () => {
    const honest = await world.newPatient()
    const checked = { ...honest, check: new ChainCheck(world.rpc, world.deployment) }
    const part = compartmentIds(honest).labs
    const mallory = world.city.actor
    const wish = { compartments: [part], purposes: ['TREAT'] as const, until: inSeconds(3600) }
    await grantAccess(checked, { reader: doctor.account, ...wish })
    const lying = (name: string, lie: (answer: never) => unknown): Actor => {
      const call = async (asked: string, input: never) => {
        const answer: unknown = await honest.session.call(asked as never, input)
        return asked === name ? lie(answer as never) : answer
      }
      const session = { call, client: honest.session.client } as unknown as Actor['session']
      return { ...checked, session }
    }
    const recipient = bytesToHex(mallory.keyring.recipient)
    const contradicted = refusal('gateway-contradicted')
    const ofAccount = lying('getAccount', (answer: object) => ({ ...answer, recipient }))
    await assert.rejects(grantAccess(ofAccount, { reader: doctor.account, ...wish }), contradicted)
    const ofEpoch = lying('listCompartments', ({ compartments }: { compartments: CompartmentView[] }) => ({
      compartments: compartments.map((view) => ({
        ...view,
        epochs: view.epochs.map((epoch) => ({ ...epoch, recipient })),
      })),
    }))
    await assert.rejects(rotateKeys(ofEpoch, { compartments: [part] }), contradicted)
    const ofReader = lying('listGrants', ({ grants, ...page }: { grants: GrantView[] }) => ({
      ...page,
      grants: grants.map((grant) => ({ ...grant, reader: mallory.account })),
    }))
    await assert.rejects(rotateKeys(ofReader, { compartments: [part] }), contradicted)
    // Nothing of it went on chain, and without lies it works.
    assert.equal((await rotateKeys(checked, { compartments: [part] })).length, 1)
  })

  test('[C4] [E17] revoked, nobody of the hospital gets it any more', async () => {
    await revokeAccess(patient, { reader: world.lakeside.actor.account, compartments: [labs] })
    await assert.rejects(askWrap(doctor), refusal('not-found'))
    await assert.rejects(countFor(doctor), refusal('not-found'))
  })
})
