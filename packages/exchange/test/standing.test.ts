import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Session } from '@hre/client'
import {
  decisions,
  eraseCall,
  grantCall,
  grantOnCall,
  replaceSignerCall,
  revokeSignerCall,
  setAttributesCall,
  signerReplacementTypedData,
  voteStandingCall,
  type GrantConditions,
} from '@hre/protocol'
import {
  compartmentIds,
  connect,
  listGrants,
  register,
  requestAccess,
  submit,
  voteAdmission,
  type Actor,
  type FiledBatch,
} from '@hre/sdk'
import { createRootSeed, identityOf, openKeyring, randomBytes32 } from '@hre/vault'
import { fileSome, inSeconds, lastAccessOf, refusal, startWorld, type World } from './world.ts'

/** What the Directory and the patient change after a grant was given: a gateway that missed it would serve too much. */
describe('what a gateway must follow to refuse', () => {
  let world: World
  let patient: Actor
  let doctor: Actor
  let batch: FiledBatch
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    doctor = await world.newMember(world.lakeside, 'doctor')
    batch = await fileSome(await world.newMember(world.city, 'lab technician'), patient)
  })
  after(() => world.stop())

  const wish = () => ({ patient: patient.account, purpose: 'TREAT' as const })
  const terms = () => ({
    reader: doctor.account,
    compartment: compartmentIds(patient).labs,
    rights: ['read'] as const,
    purposes: ['TREAT'] as const,
    ceiling: 5,
    from: inSeconds(-60),
    until: inSeconds(3600),
    wrapHash: randomBytes32(),
  })
  const grantOn = (conditions: GrantConditions) =>
    submit(patient, [grantOnCall(world.deployment, terms(), conditions)])
  const reasonOf = async (reader: Actor) => {
    await assert.rejects(requestAccess(reader, wish()), refusal('not-found'))
    return decisions[(await lastAccessOf(patient, reader)).receipt.decision]
  }

  test('[C11] a grant on conditions is for whoever meets them, at the moment of reading', async () => {
    const cardiology = 7n
    const describeDoctor = (specialty: bigint, licensedUntil: number) =>
      submit(world.lakeside.actor, [
        setAttributesCall(world.deployment, doctor.account, { specialty, licensedUntil }),
      ])
    await grantOn({ specialty: cardiology, licensed: true, country: 'IN' })
    assert.equal(await reasonOf(doctor), 'SpecialtyNotMet')
    await describeDoctor(cardiology, inSeconds(-10))
    assert.equal(await reasonOf(doctor), 'LicenceNotMet')
    await describeDoctor(cardiology, inSeconds(3600))
    assert.equal((await requestAccess(doctor, wish())).records.length, 2)
    await grantOn({ country: 'DE' })
    assert.equal(await reasonOf(doctor), 'JurisdictionNotMet')
    await submit(patient, [grantCall(world.deployment, terms())])
    assert.equal((await requestAccess(doctor, wish())).records.length, 2)
  })

  test('[C2] [C11] conditions of the right to file are not those of the reading', async () => {
    const ana = await world.newPatient()
    const member = await world.newMember(world.city, 'doctor')
    await fileSome(member, ana)
    const filing = (await listGrants(ana)).find((grant) => grant.filing)!
    const given = { ...terms(), reader: world.city.actor.account, compartment: compartmentIds(ana).labs }
    const toFile = { ...given, rights: ['write'] as const, wrapHash: filing.wrapHash }
    const look = { patient: ana.account, purpose: 'TREAT' } as const
    await submit(ana, [grantCall(world.deployment, given)])
    await submit(ana, [grantOnCall(world.deployment, toFile, { licensed: true })])
    await assert.rejects(fileSome(member, ana), refusal('write-refused'))
    await requestAccess(member, look)
    await submit(ana, [grantCall(world.deployment, toFile)])
    await submit(ana, [grantOnCall(world.deployment, given, { licensed: true })])
    await fileSome(member, ana)
    await assert.rejects(requestAccess(member, look), refusal('not-found'))
  })

  test('[D13] a replaced signing key: the new one signs, the old one no longer', async () => {
    const member = await world.newMember(world.lakeside, 'doctor')
    const next = openKeyring(createRootSeed())
    const possession = await identityOf(next).sign(
      signerReplacementTypedData(world.deployment, {
        account: member.account,
        signer: next.signer,
        replacements: 0n,
      }),
    )
    await submit(member, [replaceSignerCall(world.deployment, next.signer, possession)])
    await world.lakeside.gateway.gateway.follower.sync()
    await assert.rejects(requestAccess(member, wish()), refusal('signature-invalid'))
    const identity = { ...identityOf(next), account: member.account }
    const session = new Session({ client: member.session.client, identity, deployment: world.deployment })
    await assert.rejects(requestAccess({ ...member, identity, session }, wish()), refusal('not-found'))
  })

  test('[D14] attack: a thief goes on with a key that its owner revoked', async () => {
    const member = await world.newMember(world.lakeside, 'doctor')
    await submit(patient, [grantCall(world.deployment, { ...terms(), reader: member.account })])
    assert.equal((await requestAccess(member, wish())).records.length, 2)
    await submit(member, [revokeSignerCall(world.deployment)])
    await world.lakeside.gateway.gateway.follower.sync()
    await assert.rejects(requestAccess(member, wish()), refusal('signature-invalid'))
    await assert.rejects(
      submit(member, [revokeSignerCall(world.deployment)]),
      refusal('intake-signer-unknown'),
    )
  })

  test('[R10] a record that is to be deleted everywhere is served to nobody', async () => {
    const access = await requestAccess(patient, { ...wish(), purpose: 'PATRQT' })
    const [item] = access.records
    const { leaf } = item!
    await submit(patient, [eraseCall(world.deployment, item!)])
    await world.city.gateway.gateway.follower.sync()
    const after = await requestAccess(patient, { ...wish(), purpose: 'PATRQT' })
    assert.equal(after.records.length, batch.leaves.length - 1)
    await assert.rejects(
      requestAccess(patient, { ...wish(), purpose: 'PATRQT', records: [leaf.record] }),
      refusal('not-found'),
    )
  })

  test('[D11] attack: a suspended hospital’s gateway and doctors go on as before', async () => {
    const third = await connect({ gatewayUrl: world.city.gateway.url, rootSeed: createRootSeed() })
    const vote = { organisation: third.account, kind: 'regulator', country: 'IN' } as const
    await voteAdmission(world.city.actor, vote)
    await voteAdmission(world.lakeside.actor, vote)
    await register(third)
    await submit(patient, [
      grantCall(world.deployment, { ...terms(), reader: world.lakeside.actor.account }),
      grantCall(world.deployment, { ...terms() }),
    ])
    const nurse = await world.newMember(world.lakeside, 'nurse')
    const lakesideItself = world.lakeside.actor
    assert.ok((await requestAccess(nurse, wish())).records.length > 0)
    for (const voter of [world.city.actor, third])
      await submit(voter, [voteStandingCall(world.deployment, lakesideItself.account, 'suspend')])
    await world.lakeside.gateway.gateway.follower.sync()
    // Through the organisation's grant: no more. Its own: barred. A grant to the person stays the patient's word.
    assert.equal(await reasonOf(nurse), 'NoGrant')
    assert.equal(await reasonOf(lakesideItself), 'ReaderBarred')
    const { peers } = world.lakeside.gateway.gateway
    await assert.rejects(
      peers.release([world.city.actor.account], batch.leaves[0]!.content, {
        request: {} as never,
        signature: '0x',
      }),
      { name: 'HreError' },
    )
    for (const voter of [world.city.actor, third])
      await submit(voter, [voteStandingCall(world.deployment, lakesideItself.account, 'reinstate')])
    await world.lakeside.gateway.gateway.follower.sync()
    assert.ok((await requestAccess(nurse, wish())).records.length > 0)
  })
})
