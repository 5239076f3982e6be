import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  addMemberCall,
  attestCall,
  attestPatientCall,
  closeEmergencyCall,
  declareEmergencyCall,
  grantCall,
  openCompartmentCall,
  registerCall,
  reviewEmergencyCall,
  revokeCall,
  setAttributesCall,
  setEndpointCall,
  setTrusteesCall,
  type EmergencyReason,
} from '@hre/protocol'
import {
  addMember,
  agreeToRegistration,
  attestPatient,
  compartmentIds,
  grantAccess,
  listCompartments,
  listGrants,
  register,
  registerPatient,
  removeMember,
  requestAccess,
  revokeAccess,
  submit,
  waitForAll,
  type Actor,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { bytesToHex, type Hex } from 'viem'
import { fileSome, inSeconds, refusal, send, signed, startWorld, type World } from './world.ts'

describe('what the exchange refuses', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
  })
  after(() => world.stop())

  describe('coming in', () => {
    test('[D2] a second registration of an account', async () => {
      await assert.rejects(register(patient), refusal('directory-already-registered'))
    })
    test('[D1] a stranger whom nobody expects', async () => {
      await assert.rejects(register(await world.newStranger()), refusal('directory-account-unexpected'))
    })
    test('[D6] a member of a hospital that was not admitted', async () => {
      const hospital = await world.newStranger()
      const member = await world.newStranger()
      const operation = await signed(hospital, addMemberCall(world.deployment, member.account, 'doctor'))
      await assert.rejects(send(world.city, [operation]), refusal('directory-not-permitted'))
      await assert.rejects(register(member), refusal('directory-account-unexpected'))
    })
    test('[D8] a patient attested twice by one organisation', async () => {
      await assert.rejects(
        attestPatient(world.city.actor, patient.account, 'x'),
        refusal('directory-already-attested'),
      )
    })
    test('[D19] attack: another hospital, or another front desk’s key, uses a patient’s agreement', async () => {
      const stranger = await world.newStranger()
      const agreement = await agreeToRegistration(stranger, world.city.actor.account)
      await assert.rejects(
        registerPatient(world.lakeside.actor, agreement, 'x'),
        refusal('directory-possession-unproven'),
      )
      const recipient = bytesToHex(doctor.keyring.recipient)
      await assert.rejects(
        registerPatient(world.city.actor, { ...agreement, recipient }, 'x'),
        refusal('directory-possession-unproven'),
      )
      await registerPatient(world.city.actor, agreement, 'x')
      await assert.rejects(
        registerPatient(world.city.actor, agreement, 'x'),
        refusal('directory-already-attested'),
      )
    })
    test('[D8] attack: a lab technician attests a patient', async () => {
      const call = attestPatientCall(world.deployment, (await world.newStranger()).account, randomBytes32())
      await assert.rejects(submit(technician, [call]), refusal('directory-not-permitted'))
    })
    test('[D6] attack: a doctor makes herself an administrator', async () => {
      await assert.rejects(
        addMember(doctor, doctor.account, 'administrator'),
        refusal('directory-not-permitted'),
      )
    })
    test('[D7] a member who was removed may do nothing more', async () => {
      const leaving = await world.newMember(world.city, 'lab technician')
      await fileSome(leaving, patient)
      await removeMember(world.city.actor, leaving.account)
      await assert.rejects(fileSome(leaving, patient), refusal('not-found'))
    })
  })

  describe('operations', () => {
    const call = (id: Hex) =>
      openCompartmentCall(world.deployment, id, 3, bytesToHex(patient.keyring.recipient))

    test('[O4] attack: an operation is carried a second time by another relay', async () => {
      const operation = await signed(patient, call(randomBytes32()))
      await waitForAll(patient, (await send(world.city, [operation])).ids)
      await assert.rejects(send(world.lakeside, [operation]), refusal('intake-nonce-used'))
    })
    test('[O4] the same operation handed in again at the same gateway is the same operation', async () => {
      const operation = await signed(patient, call(randomBytes32()))
      assert.deepEqual(await send(world.city, [operation]), await send(world.city, [operation]))
    })
    test('[O5] an expired operation, and one that would be good for more than a day', async () => {
      const hour = 3600
      for (const now of [inSeconds(-hour), inSeconds(25 * hour)]) {
        const operation = await signed(patient, call(randomBytes32()), { now })
        await assert.rejects(send(world.city, [operation]), refusal('request-stale'))
      }
    })
    test('[O3] attack: an operation signed for another chain', async () => {
      const foreign = {
        ...patient,
        deployment: { ...world.deployment, chainId: world.deployment.chainId + 1 },
      }
      const operation = await signed(foreign, call(randomBytes32()))
      await assert.rejects(send(world.city, [operation]), refusal('intake-signature-invalid'))
    })
    test('[O3] attack: an operation signed for another deployment', async () => {
      const foreign = { ...patient, deployment: { ...world.deployment, intake: world.deployment.records } }
      const operation = await signed(foreign, call(randomBytes32()))
      await assert.rejects(send(world.city, [operation]), refusal('intake-signature-invalid'))
    })
    test('[O3] attack: a relay changes what was signed', async () => {
      const operation = await signed(patient, call(randomBytes32()))
      operation.operation.data = call(randomBytes32()).data
      await assert.rejects(send(world.city, [operation]), refusal('intake-signature-invalid'))
    })
    test('[O10] attack: an operation to a contract that is not of this exchange', async () => {
      const operation = await signed(patient, { ...call(randomBytes32()), target: world.deployment.intake })
      await assert.rejects(send(world.city, [operation]), refusal('bad-request'))
    })
    test('one refused operation keeps its whole submission out of the queue', async () => {
      const good = randomBytes32()
      const bad = registerCall(
        world.deployment,
        patient.keyring.signer,
        bytesToHex(patient.keyring.recipient),
      )
      await assert.rejects(submit(patient, [call(good), bad]), refusal('directory-already-registered'))
      const known = await listCompartments(patient, patient.account)
      assert.equal(
        known.some(({ compartment }) => compartment === good),
        false,
      )
    })
    test('attack: a gateway as free storage for bytes that no operation names', async () => {
      const operation = await signed(patient, call(randomBytes32()))
      const attachments = [btoa('not a wrap')]
      await assert.rejects(
        world.city.actor.session.client.call('submitOperations', {
          body: { operations: [operation], attachments },
        }),
        refusal('bad-request'),
      )
    })
  })

  describe('consent', () => {
    const terms = () => ({
      reader: doctor.account,
      compartment: compartmentIds(patient).labs,
      rights: ['read' as const],
      purposes: ['TREAT' as const],
      ceiling: 5,
      from: inSeconds(-60),
      until: inSeconds(3600),
      wrapHash: randomBytes32(),
    })
    test('[C2] attack: a doctor grants herself', async () => {
      const operation = await signed(doctor, grantCall(world.deployment, terms()))
      await assert.rejects(send(world.lakeside, [operation]), refusal('consent-patient-unknown'))
    })
    test('[C2] attack: a doctor signs in the patient’s name', async () => {
      const forged = { ...patient, identity: { ...doctor.identity, account: patient.account } }
      const operation = await signed(forged, grantCall(world.deployment, terms()))
      await assert.rejects(send(world.lakeside, [operation]), refusal('intake-signer-unknown'))
      operation.signer = patient.identity.signer
      await assert.rejects(send(world.lakeside, [operation]), refusal('intake-signature-invalid'))
    })
    test('[C2] attack: another patient grants in a chart that is not theirs', async () => {
      const other = await world.newPatient()
      const operation = await signed(other, grantCall(world.deployment, terms()))
      await assert.rejects(send(world.city, [operation]), refusal('consent-compartment-unknown'))
    })
    test('[C2] a grant that ends in the past, and one that never would', async () => {
      for (const [until, code] of [
        [inSeconds(-10), 'consent-expired'],
        [inSeconds(11 * 365 * 86_400), 'consent-expiry-too-far'],
      ] as const) {
        const call = grantCall(world.deployment, { ...terms(), from: inSeconds(-100), until })
        await assert.rejects(submit(patient, [call]), refusal(code))
      }
    })
    test('[C4] revoking what was not granted', async () => {
      const call = revokeCall(world.deployment, doctor.account, compartmentIds(patient).imaging)
      await assert.rejects(submit(patient, [call]), refusal('consent-not-granted'))
    })
    test('[C5] two devices of one patient cannot both rotate', async () => {
      const compartments = [compartmentIds(patient).vitals]
      const reader = doctor.account
      await grantAccess(patient, { reader, compartments, purposes: ['TREAT'], until: inSeconds(3600) })
      const outcomes = await Promise.allSettled([
        revokeAccess(patient, { reader, compartments }),
        revokeAccess(patient, { reader, compartments }),
      ])
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    })
    test('a grant shows what was agreed, to both sides', async () => {
      const compartments = [compartmentIds(patient).encounters]
      const until = inSeconds(3600)
      await grantAccess(patient, {
        reader: doctor.account,
        compartments,
        purposes: ['TREAT'],
        until,
        ceiling: 2,
      })
      const mine = (await listGrants(patient)).find(
        (grant) => grant.compartment === compartments[0] && grant.reader === doctor.account,
      )
      const hers = (await listGrants(doctor, 'received')).find(
        (grant) => grant.compartment === compartments[0],
      )
      assert.deepEqual(mine, hers)
      assert.equal(mine?.until, until)
      assert.equal(mine?.ceiling, 2)
    })
    test('attack: a member of City Hospital asks where another organisation files', async () => {
      const call = doctor.session.call('getCompartmentMap', { params: { patient: patient.account } })
      await assert.rejects(call, refusal('not-found'))
    })
  })

  describe('emergencies and findings', () => {
    const declare = (reason: EmergencyReason = 'unresponsive') =>
      declareEmergencyCall(world.deployment, {
        patient: patient.account,
        reason,
        reasonHash: randomBytes32(),
      })

    test('[B3] attack: a doctor without a licence breaks the glass', async () => {
      await assert.rejects(submit(doctor, [declare()]), refusal('emergency-licence-over'))
    })
    test('[B1] attack: a patient names a doctor as trustee', async () => {
      const call = setTrusteesCall(world.deployment, {
        compartment: compartmentIds(patient).labs,
        epoch: 1,
        trustees: [doctor.account, world.city.actor.account],
        threshold: 2,
        sharesHash: randomBytes32(),
      })
      await assert.rejects(submit(patient, [call]), refusal('emergency-trustee-unknown'))
    })
    test('[B5, B6, B10] a licensed doctor does, once at a time, and colleagues judge nothing of it', async () => {
      const attributes = { specialty: 0n, licensedUntil: inSeconds(3600) }
      await submit(world.lakeside.actor, [setAttributesCall(world.deployment, doctor.account, attributes)])
      await submit(doctor, [declare()])
      await assert.rejects(submit(doctor, [declare('disaster')]), refusal('emergency-already-open'))
      const close = closeEmergencyCall(world.deployment, 1n)
      await assert.rejects(submit(patient, [close]), refusal('emergency-not-permitted'))
      await submit(doctor, [close])
      const review = reviewEmergencyCall(world.deployment, 1n, 'justified', randomBytes32())
      const colleague = await world.newMember(world.lakeside, 'auditor')
      await assert.rejects(submit(colleague, [review]), refusal('emergency-reviewer-not-independent'))
      const independent = await world.newMember(world.city, 'auditor')
      await submit(independent, [review])
      await assert.rejects(submit(independent, [review]), refusal('emergency-already-reviewed'))
    })
    test('[N1] attack: a doctor attests in her hospital’s name', async () => {
      const subject = randomBytes32()
      const finding = attestCall(world.deployment, {
        kind: 'record',
        subject,
        result: 'intact',
        report: subject,
      })
      await assert.rejects(submit(doctor, [finding]), refusal('notary-not-permitted'))
      await submit(world.lakeside.actor, [finding])
    })
  })

  test('[D9] attack: somebody who is no organisation publishes a gateway', async () => {
    const call = setEndpointCall(world.deployment, 'https://evil.example')
    await assert.rejects(submit(doctor, [call]), refusal('directory-not-permitted'))
  })

  test('a purpose that was not granted is refused, and the right one is not', async () => {
    await fileSome(technician, patient)
    const compartments = [compartmentIds(patient).labs]
    await grantAccess(patient, {
      reader: doctor.account,
      compartments,
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    const wish = { patient: patient.account }
    await assert.rejects(requestAccess(doctor, { ...wish, purpose: 'HRESCH' }), refusal('not-found'))
    assert.ok((await requestAccess(doctor, { ...wish, purpose: 'TREAT' })).records.length >= 2)
  })
})
