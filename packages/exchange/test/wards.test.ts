import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  acceptInvitation,
  compartmentIds,
  compartmentIdsOf,
  connect,
  endDelegate,
  grantAccessFor,
  invitePatient,
  listCompartments,
  listDelegations,
  openRecords,
  recallKeys,
  requestAccess,
  revokeAccessFor,
  sealWard,
  settleWard,
  admitWard,
  type Actor,
  type NewWard,
} from '@hre/sdk'
import { createRecoveryPhrase, createRootSeed } from '@hre/vault'
import { fileSome, inSeconds, refusal, someRecords, startWorld, type World } from './world.ts'

describe('a child whose keys a parent makes', () => {
  let world: World
  let parent: Actor
  let doctor: Actor
  let ward: NewWard
  let gatewayUrl: string
  const paper = createRecoveryPhrase()
  const parentSeed = createRootSeed()

  before(async () => {
    world = await startWorld()
    gatewayUrl = world.city.gateway.url
    parent = await connect({ gatewayUrl, rootSeed: parentSeed })
    await acceptInvitation(parent, (await invitePatient(world.city.actor, 'parent')).secret)
    doctor = await world.newMember(world.lakeside, 'doctor')
  })
  after(() => world.stop())

  const labsOf = async () => {
    const id = (await compartmentIdsOf(parent, ward.account)).labs!
    const view = (await listCompartments(parent, ward.account)).find(({ compartment }) => compartment === id)!
    return { id, epoch: view.epoch }
  }
  const read = async (reader: Actor, purpose: 'TREAT' | 'FAMRQT') => {
    const bodies: string[] = []
    const access = await requestAccess(reader, { patient: ward.account, purpose })
    for await (const { body } of openRecords(reader, access)) bodies.push(new TextDecoder().decode(body))
    return bodies.sort()
  }

  test('[K13] [D18] the parent brings the child in, and is the delegate; again after a failure', async () => {
    ward = await sealWard(parent, createRootSeed(), paper)
    const { secret: invitation } = await invitePatient(world.city.actor, 'child')
    await admitWard(parent, { gatewayUrl, ward, invitation })
    await admitWard(parent, { gatewayUrl, ward, invitation })
    assert.deepEqual(
      (await listDelegations(parent, 'received')).map(({ patient }) => patient),
      [ward.account],
    )
    assert.notEqual(ward.account, parent.account)
    await assert.rejects(
      admitWard(parent, { gatewayUrl, ward: await sealWard(parent, createRootSeed(), paper), invitation }),
      refusal('not-found'),
    )
  })

  test('[C13] the parent reads what is filed for the child, and shares it', async () => {
    const technician = await world.newMember(world.city, 'lab technician')
    await fileSome(technician, { account: ward.account } as Actor)
    assert.equal((await read(parent, 'FAMRQT')).length, someRecords.length)
    const { id } = await labsOf()
    await grantAccessFor(parent, ward.account, {
      reader: doctor.account,
      compartments: [id],
      purposes: ['TREAT'],
      from: inSeconds(-60),
      until: inSeconds(3600),
    })
    assert.equal((await read(doctor, 'TREAT')).length, 2)
  })

  test('[C5] [K13] the parent ends it, and changes the key with the child’s keys, also from a new phone', async () => {
    const { id, epoch } = await labsOf()
    await revokeAccessFor(parent, ward.account, { reader: doctor.account, compartments: [id] })
    const newPhone = await connect({ gatewayUrl, rootSeed: parentSeed })
    assert.deepEqual(await settleWard(newPhone, { gatewayUrl, ward: ward.account }), [id])
    assert.equal((await labsOf()).epoch, epoch + 1)
    assert.deepEqual(await settleWard(newPhone, { gatewayUrl, ward: ward.account }), [])
    assert.equal((await read(parent, 'FAMRQT')).length, someRecords.length)
  })

  test('[K13] attack: another person’s keys open the child’s, or the parent’s keys another patient’s', async () => {
    const stranger = await world.newPatient()
    await assert.rejects(settleWard(stranger, { gatewayUrl, ward: ward.account }), refusal('not-found'))
    await assert.rejects(settleWard(parent, { gatewayUrl, ward: stranger.account }), refusal('not-found'))
  })

  test('[K13] grown up, the child comes in with the paper and ends it', async () => {
    const { rootSeed } = await recallKeys({
      gatewayUrl,
      account: ward.account,
      secret: { kind: 'phrase', phrase: paper },
    })
    const grown = await connect({ gatewayUrl, rootSeed })
    assert.equal(grown.account, ward.account)
    assert.equal(
      (await listCompartments(grown, grown.account)).length,
      Object.keys(compartmentIds(grown)).length,
    )
    await endDelegate(grown, parent.account)
    await assert.rejects(read(parent, 'FAMRQT'), refusal('not-found'))
    assert.deepEqual(await listDelegations(parent, 'received'), [])
  })
})
