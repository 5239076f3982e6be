import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { latestDeclaration, startGateway, tables, type GatewayConfig } from '@hre/gateway'
import { Session, GatewayClient } from '@hre/client'
import {
  decideEmergency,
  declareEmergencyCall,
  emergencyAbi,
  emergencyAnswers,
  nameOfDecision,
  setAttributesCall,
} from '@hre/protocol'
import {
  closeEmergency,
  collectReleases,
  compartmentIds,
  contestEmergency,
  declareEmergency,
  emergencyWords,
  endEmergencyCard,
  fileRecords,
  findByCard,
  findByNumber,
  keepPatientNumber,
  listCompartments,
  listEmergencies,
  listLookups,
  listMarked,
  makeEmergencyCard,
  markForEmergency,
  openRecords,
  readAccessLog,
  requestAccess,
  reviewEmergency,
  rotateKeys,
  settleEmergencies,
  submit,
  unmarkForEmergency,
  type Actor,
} from '@hre/sdk'
import { emergencyCardOf, sealEmergencyShares, signCall } from '@hre/vault'
import { and, desc, eq } from 'drizzle-orm'
import type { Hex } from 'viem'
import {
  advance,
  fileSome,
  inSeconds,
  refusal,
  someRecords,
  startWorld,
  type Hospital,
  type World,
} from './world.ts'

const yearSeconds = 365 * 24 * 60 * 60
const words = 'Found on the road without pulse; no relatives known.'

describe('breaking the glass, through the gateways', () => {
  let world: World
  let hill: Hospital
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  let labs: Hex
  before(async () => {
    world = await startWorld()
    hill = await world.newHospital('hill')
    patient = await world.newPatient()
    labs = compartmentIds(patient).labs
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await licensed(world.lakeside, 'doctor')
    await fileSome(technician, patient)
  })
  after(() => world.stop())

  async function licensed(hospital: Hospital, role: 'doctor' | 'nurse'): Promise<Actor> {
    const member = await world.newMember(hospital, role)
    const licensedUntil = inSeconds(yearSeconds)
    await submit(hospital.actor, [
      setAttributesCall(world.deployment, member.account, { specialty: 0n, licensedUntil }),
    ])
    return member
  }
  const trustees = () => [world.city, world.lakeside, hill].map(({ actor }) => actor.account)
  const mark = (compartments: readonly Hex[] = [labs]) =>
    markForEmergency(patient, { compartments, trustees: trustees(), threshold: 2 })
  const declare = (by: Actor, of = patient) =>
    declareEmergency(by, { patient: of.account, reason: 'unresponsive', words, durationSeconds: 300 })
  const ask = (by: Actor) => requestAccess(by, { patient: patient.account, purpose: 'ETREAT' })
  async function read(by: Actor): Promise<string[]> {
    const { keys } = await collectReleases(by, patient.account)
    const bodies: string[] = []
    for await (const { body } of openRecords(by, await ask(by), { emergency: keys }))
      bodies.push(new TextDecoder().decode(body))
    return bodies
  }
  /** Somebody at another hospital's gateway. */
  const sessionAt = (hospital: Hospital, { identity, deployment }: Actor) =>
    new Session({ client: new GatewayClient({ baseUrl: hospital.gateway.url }), identity, deployment })
  const release = (hospital: Hospital, by: Actor, declaration: number) =>
    sessionAt(hospital, by).call('releaseShares', { params: { declaration } })
  const end = () => advance(301)

  test('[B1] [S5] [S13] trustees hold their shares, each found good by its own gateway, before anything happens', async () => {
    await mark()
    const { marked, unreachable } = await listMarked(patient)
    assert.deepEqual(unreachable, [])
    assert.deepEqual(
      marked.map(({ heldBy }) => [...heldBy].sort()),
      [trustees().sort()],
    )
    for (const { gateway } of [world.lakeside, hill]) {
      const kept = await gateway.gateway.db.select().from(tables.emergencyShares)
      // Nobody holds more than their own.
      assert.deepEqual(
        kept.map(({ shares }) => shares.length),
        [1],
      )
    }
  })

  test('[B8] [S15] a declaration opens the marked part to the clinician who declared, and nothing else', async () => {
    await assert.rejects(ask(doctor), refusal('not-found'))
    const { emergency } = await declare(doctor)
    const expected = someRecords.filter(({ compartment }) => compartment === 'labs')
    assert.deepEqual(
      (await read(doctor)).sort(),
      expected.map(({ body }) => new TextDecoder().decode(body)).sort(),
    )
    assert.deepEqual(
      (await listCompartments(doctor, patient.account)).map(({ compartment }) => compartment),
      [labs],
    )
    // For treatment as usual it opens nothing, and to a colleague neither.
    await assert.rejects(
      requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' }),
      refusal('not-found'),
    )
    await assert.rejects(ask(await licensed(world.lakeside, 'doctor')), refusal('not-found'))
    const [seen] = await listEmergencies(patient)
    assert.equal(seen!.declaration, emergency.declaration)
    assert.deepEqual(seen!.releases.map(({ trustee }) => trustee).sort(), trustees().sort())
    const { accesses } = await readAccessLog(patient)
    const emergencies = accesses.filter(
      ({ receipt }) => nameOfDecision(receipt.decision) === 'PermittedInEmergency',
    )
    // At the hospital that was asked and at the one that holds the files (A7).
    assert.deepEqual(
      [...new Set(emergencies.map(({ receipt }) => receipt.organisation))].sort(),
      [world.city.actor.account, world.lakeside.actor.account].sort(),
    )
    assert.ok(emergencies.every(({ receipt }) => receipt.reader === doctor.account))
  })

  test('[S7] [S13] asked again a trustee gives the same bytes, so that their hash stays the one on chain', async () => {
    const [seen] = await listEmergencies(doctor, 'declared')
    const first = await release(hill, doctor, seen!.declaration)
    assert.deepEqual(await release(hill, doctor, seen!.declaration), first)
    assert.equal(first.releases.length, 1)
    assert.deepEqual((await listEmergencies(patient))[0]!.releases.length, 3)
  })

  test('[S10] while it is open the patient’s login leaves the key alone', async () => {
    assert.deepEqual(await settleEmergencies(patient), { rotated: [], renewed: [] })
  })

  test('[B5] [S8] when it has expired nothing is released, listed or read, with seeds kept from before neither', async () => {
    const { keys, emergency } = await collectReleases(doctor, patient.account)
    const access = await ask(doctor)
    end()
    await assert.rejects(collectReleases(doctor, patient.account), refusal('not-found'))
    await assert.rejects(ask(doctor), refusal('not-found'))
    const opening = openRecords(doctor, access, { emergency: keys })
    await assert.rejects(opening.next(), refusal('not-found'))
    for (const hospital of [world.city, hill]) {
      const { releases, refused } = await release(hospital, doctor, emergency.declaration)
      assert.deepEqual(releases, [])
      assert.deepEqual(refused, [{ compartment: labs, reason: 'expired' }])
    }
  })

  test('[S10] [B2] the next login changes the key and names the trustees anew; then it does nothing', async () => {
    const before = await listMarked(patient)
    assert.deepEqual(await settleEmergencies(patient), { rotated: [labs], renewed: [labs] })
    const after = await listMarked(patient)
    assert.deepEqual([before.marked[0]!.epoch, after.marked[0]!.epoch], [1, 2])
    assert.deepEqual([...after.marked[0]!.heldBy].sort(), trustees().sort())
    assert.deepEqual(await settleEmergencies(patient), { rotated: [], renewed: [] })
  })

  test('[E16] in a later epoch it opens old records and new ones, with one trustee offline', async () => {
    await fileRecords(technician, { patient: patient.account, records: [someRecords[0]!] })
    await hill.gateway.stop()
    await declare(doctor)
    const { unreachable } = await collectReleases(doctor, patient.account)
    assert.deepEqual(unreachable, [hill.actor.account])
    assert.equal((await read(doctor)).length, 3)
    end()
    await settleEmergencies(patient)
  })

  /** The same clinician where some hospitals do not answer. */
  function without(by: Actor, silent: readonly Hex[]): Actor {
    const { client } = by.session
    const call = async (name: string, input: never) => {
      const answer: unknown = await client.call(name as never, input)
      if (name !== 'listOrganisations') return answer
      const { organisations } = answer as { organisations: { account: Hex }[] }
      return {
        ...(answer as object),
        organisations: organisations.map((row) =>
          silent.includes(row.account) ? { ...row, endpoint: 'http://127.0.0.1:9' } : row,
        ),
      }
    }
    const session = { client: { call }, call: by.session.call.bind(by.session) }
    return { ...by, session: session as unknown as Actor['session'] }
  }

  test('[S6] two of three trustees offline: one share opens nothing, and still changes the key', async () => {
    await declare(doctor)
    const lone = without(doctor, [world.city.actor.account])
    await assert.rejects(collectReleases(lone, patient.account), refusal('emergency-shares-too-few'))
    end()
    // What machines hold adds up.
    assert.deepEqual((await settleEmergencies(patient)).rotated, [labs])
  })

  /** At another port, of which the others hear from the chain. */
  async function restartHill(settings: Partial<GatewayConfig> = {}): Promise<void> {
    hill.gateway = await startGateway({ ...hill.config, ...settings })
    const { db, follower } = world.city.gateway.gateway
    const isHill = eq(tables.organisations.account, hill.actor.account)
    for (let endpoint; endpoint !== hill.gateway.url;) {
      await follower.sync()
      const [row] = await db.select().from(tables.organisations).where(isHill)
      endpoint = row!.endpoint
    }
  }

  test('[S9] attack: a trustee releases something else than what it signed for; it is named, and the others suffice', async () => {
    const { emergency } = await declare(doctor)
    const { trustee, keys } = world.lakeside.gateway.gateway
    const good = trustee.release.bind(trustee)
    const noise = `0x${'5a'.repeat(1201)}` as Hex
    trustee.release = async (declared) => {
      const answer = await good(declared)
      return { ...answer, releases: answer.releases.map((each) => ({ ...each, box: noise })) }
    }
    // Hill is still down: City alone is too few.
    await assert.rejects(
      collectReleases(doctor, patient.account),
      (error: { code?: string; data?: { refused?: object[] } }) => {
        assert.equal(error.code, 'emergency-shares-too-few')
        const expected = {
          organisation: keys.identity.account,
          compartment: labs,
          reason: 'not-marked-on-chain',
        }
        assert.deepEqual(error.data?.refused, [expected])
        return true
      },
    )
    await restartHill()
    const { refused } = await collectReleases(doctor, patient.account)
    assert.deepEqual(
      refused.map(({ organisation }) => organisation),
      [keys.identity.account],
    )
    trustee.release = good
    assert.equal((await read(doctor)).length, 3)
    await closeEmergency(doctor, emergency.declaration)
    await assert.rejects(ask(doctor), refusal('not-found'))
    advance(1)
    await settleEmergencies(patient)
  })

  test('[B3] attack: a doctor without a licence, and a technician, break the glass', async () => {
    const unlicensed = await world.newMember(world.lakeside, 'doctor')
    await assert.rejects(declare(unlicensed), refusal('emergency-licence-over'))
    await assert.rejects(declare(technician), refusal('emergency-not-permitted'))
    await assert.rejects(ask(unlicensed), refusal('not-found'))
  })

  test('[S8] attack: a declaration that is not on chain, another’s, and one that a lying gateway invents', async () => {
    const { emergency } = await declare(doctor)
    const other = await licensed(world.lakeside, 'doctor')
    await assert.rejects(release(world.city, doctor, 4711), refusal('not-found'))
    await assert.rejects(release(world.city, other, emergency.declaration), refusal('not-found'))
    // Lakeside writes a declaration into its own tables: the others read the chain and not Lakeside.
    const { db } = world.lakeside.gateway.gateway
    const isRow = (declaration: number) => eq(tables.emergencies.declaration, declaration)
    const [row] = await db.select().from(tables.emergencies).where(isRow(emergency.declaration))
    await db.insert(tables.emergencies).values({ ...row!, declaration: 4711, member: other.account })
    await assert.rejects(
      collectReleases(other, patient.account),
      (error: { code?: string; data?: { refused?: { organisation: Hex; reason: string }[] } }) => {
        assert.equal(error.code, 'emergency-shares-too-few')
        const reasons = new Map(
          error.data!.refused!.map(({ organisation, reason }) => [organisation, reason]),
        )
        assert.equal(reasons.get(world.city.actor.account), 'not-found')
        assert.equal(reasons.get(hill.actor.account), 'not-found')
        // Not even its own share: the chain takes no mark for it.
        assert.equal(reasons.get(world.lakeside.actor.account), 'emergency-declaration-unknown')
        return true
      },
    )
    await db.delete(tables.emergencies).where(isRow(4711))
    await closeEmergency(doctor, emergency.declaration)
  })

  test('[S8] [S13] attack: the doctor’s former declaration is shown again, and a later one is of another patient', async () => {
    const earlier = (await listEmergencies(doctor, 'declared'))[0]!
    const stranger = await world.newPatient()
    await fileSome(technician, stranger)
    await declare(doctor, stranger)
    const { releases, refused } = await release(world.city, doctor, earlier.declaration)
    assert.deepEqual([releases, refused.map(({ reason }) => reason)], [[], ['expired']])
    await assert.rejects(ask(doctor), refusal('not-found'))
    // A patient who marked nothing.
    await assert.rejects(collectReleases(doctor, stranger.account), refusal('emergency-shares-too-few'))
    const wish = { patient: stranger.account, purpose: 'ETREAT' } as const
    await assert.rejects(requestAccess(doctor, wish), refusal('not-found'))
    end()
  })

  test('[S8] [S14] a trustee that waits for more blocks releases nothing before they are there', async () => {
    const { emergency } = await declare(doctor)
    await hill.gateway.stop()
    await restartHill({ finalityBlocks: 50 })
    const { refused } = await release(hill, doctor, emergency.declaration)
    assert.deepEqual(refused, [{ compartment: labs, reason: 'not-final' }])
    await hill.gateway.stop()
    await restartHill()
    assert.equal((await release(hill, doctor, emergency.declaration)).releases.length, 1)
    await closeEmergency(doctor, emergency.declaration)
    advance(1)
    await settleEmergencies(patient)
  })

  test('[S4] [S5] [S13] attack: shares of somebody else’s chart, of another epoch, and a bad one for this trustee', async () => {
    const { shares } = await dealt(patient)
    const put = (by: Actor, given: typeof shares, hospital = world.city) =>
      sessionAt(hospital, by).call('putEmergencyShares', { body: { shares: given } })
    await assert.rejects(put(doctor, shares), refusal('forbidden'))
    const old = shares.map((share) => ({ ...share, context: { ...share.context, epoch: 1 } }))
    await assert.rejects(put(patient, old), refusal('not-found'))
    const noise = shares.map((share) => ({ ...share, box: `0x${'5a'.repeat(1201)}` as Hex }))
    await assert.rejects(put(patient, noise), refusal('bad-request'))
    const mixed = [shares[0]!, (await dealt(patient)).shares[1]!, shares[2]!]
    await assert.rejects(put(patient, mixed), refusal('bad-request'))
    await put(patient, shares)
    for (let round = 0; round < 3; round++) await put(patient, (await dealt(patient)).shares)
    const kept = await world.city.gateway.gateway.db
      .select()
      .from(tables.emergencyShares)
      .where(eq(tables.emergencyShares.patient, patient.account))
    // What the chain names and one that it may name next.
    assert.equal(kept.length, 2)
  })

  async function dealt({ account, deployment, keyring, session }: Actor) {
    const [view] = (
      await session.call('listCompartments', { params: { patient: account } })
    ).compartments.filter(({ compartment }) => compartment === labs)
    return sealEmergencyShares({
      epochSeed: keyring.epochSeed(labs, view!.epoch),
      context: {
        chainId: deployment.chainId,
        emergency: deployment.emergency,
        patient: account,
        compartment: labs,
        epoch: view!.epoch,
      },
      trustees: [world.city, world.lakeside, hill].map(({ actor }) => ({
        account: actor.account,
        recipient: actor.keyring.recipient,
      })),
      threshold: 2,
    })
  }

  test('[B11] [B12] [B14] [S16] the words are for the patient, the declarer and an independent auditor, and for nobody else', async () => {
    const { emergency } = await declare(doctor)
    const { declaration } = emergency
    const auditor = await world.newMember(world.city, 'auditor')
    const colleague = await world.newMember(world.lakeside, 'auditor')
    for (const by of [patient, doctor, auditor])
      assert.equal((await emergencyWords(by, declaration)).reason?.text, words)
    for (const by of [colleague, technician, world.city.actor])
      await assert.rejects(emergencyWords(by, declaration), refusal('not-found'))
    const report = { declaration, outcome: 'justified', words: 'The notes agree.' } as const
    await assert.rejects(reviewEmergency(auditor, report), refusal('emergency-still-open'))
    end()
    await assert.rejects(reviewEmergency(colleague, report), refusal('emergency-reviewer-not-independent'))
    await reviewEmergency(auditor, report)
    await contestEmergency(patient, { declaration, words: 'I was awake.' })
    const seen = await emergencyWords(patient, declaration)
    assert.deepEqual([seen.report?.text, seen.statement?.text], ['The notes agree.', 'I was awake.'])
    const [row] = await listEmergencies(auditor, 'review')
    assert.deepEqual([row!.declaration, row!.outcome, row!.contested], [declaration, 1, true])
    await assert.rejects(listEmergencies(technician, 'review'), refusal('forbidden'))
  })

  test('[B14] [S16] attack: words that the signed operation does not commit to', async () => {
    const { session, identity, deployment } = doctor
    const call = declareEmergencyCall(deployment, {
      patient: patient.account,
      reason: 'unresponsive',
      reasonHash: `0x${'11'.repeat(32)}`,
    })
    const operation = await signCall(identity, deployment, call)
    const body = { operation, words: { text: 'another reason', salt: `0x${'22'.repeat(32)}` } }
    await assert.rejects(session.call('submitEmergency', { body }), refusal('bad-request'))
  })

  test('[S11] a card finds its patient at every gateway, for clinicians alone, and the patient sees who asked', async () => {
    const first = await makeEmergencyCard(patient, 'city.example')
    assert.ok(!first.text.includes(patient.account.slice(2, 10).toUpperCase()))
    assert.equal(await findByCard(doctor, first.text), patient.account)
    await assert.rejects(findByCard(technician, first.text), refusal('forbidden'))
    await assert.rejects(findByCard(patient, first.text), refusal('forbidden'))
    const { lookups } = await listLookups(patient)
    assert.deepEqual(
      lookups.map(({ by, kind, organisation }) => [by, kind, organisation]),
      [[doctor.account, 'card', world.lakeside.actor.account]],
    )
    // The tables of no gateway say whose the card is.
    const { db } = world.city.gateway.gateway
    const stored = JSON.stringify(await db.select().from(tables.emergencyCards))
    assert.ok(!stored.includes(patient.account.slice(2)))
    const second = await makeEmergencyCard(patient, 'city.example')
    await assert.rejects(findByCard(doctor, first.text), refusal('not-found'))
    assert.equal(await findByCard(doctor, second.text), patient.account)
    await endEmergencyCard(patient)
    await assert.rejects(findByCard(doctor, second.text), refusal('not-found'))
  })

  test('[S11] the card works when only another gateway keeps its entry', async () => {
    const { entry, text } = emergencyCardOf({ gateway: 'city.example', account: patient.account })
    await patient.session.call('putEmergencyCard', { body: { entry } })
    assert.equal(await findByCard(doctor, text), patient.account)
    // Somebody who copied the entry cannot put it in their own name.
    const other = await world.newPatient()
    await assert.rejects(other.session.call('putEmergencyCard', { body: { entry } }), refusal('forbidden'))
  })

  test('[S12] a hospital finds a patient by its own number; another hospital, and its own technician, do not', async () => {
    const number = { system: 'urn:example:city', value: '00471105' }
    const cityDoctor = await licensed(world.city, 'doctor')
    await keepPatientNumber(cityDoctor, { ...number, patient: patient.account })
    assert.equal(await findByNumber(cityDoctor, { ...number, value: ' 00471105 ' }), patient.account)
    await assert.rejects(findByNumber(doctor, number), refusal('not-found'))
    await assert.rejects(findByNumber(technician, number), refusal('forbidden'))
    await assert.rejects(findByNumber(cityDoctor, { ...number, value: '471105' }), refusal('not-found'))
    const { lookups } = await listLookups(patient)
    assert.ok(lookups.some(({ by, kind }) => by === cityDoctor.account && kind === 'patient number'))
    const stored = await world.city.gateway.gateway.db.select().from(tables.patientNumbers)
    assert.ok(!JSON.stringify(stored).includes('471105'))
  })

  test('[B1] a part that is unmarked opens in no emergency', async () => {
    await unmarkForEmergency(patient, [labs])
    await declare(doctor)
    await assert.rejects(collectReleases(doctor, patient.account), refusal('emergency-shares-too-few'))
    await assert.rejects(ask(doctor), refusal('not-found'))
    end()
  })

  test('[B8] [C10] the evaluator answers as the contract does, for every declaration there was', async () => {
    const { db } = world.city.gateway.gateway
    const rows = await db.select().from(tables.emergencies).orderBy(desc(tables.emergencies.declaration))
    const stranger = rows.find(({ patient: of }) => of !== patient.account)!
    await markForEmergency(patient, { compartments: [labs], trustees: trustees(), threshold: 2 })
    const { emergency: open } = await declare(doctor)
    const seen = new Set<string>()
    const ask = async (of: Actor['account'], by: Actor['account'], compartment: Hex, time: number) => {
      const [epochOf] = await db
        .select()
        .from(tables.compartments)
        .where(and(eq(tables.compartments.patient, of), eq(tables.compartments.compartment, compartment)))
      const [set] = await db
        .select()
        .from(tables.trusteeSets)
        .where(and(eq(tables.trusteeSets.patient, of), eq(tables.trusteeSets.compartment, compartment)))
      const declaration = await latestDeclaration(db, by, of)
      const facts = { declaration, trusteesEpoch: set?.epoch, presentEpoch: epochOf?.epoch ?? 0 }
      const answer = await world.rpc.readContract({
        address: world.deployment.emergency,
        abi: emergencyAbi,
        functionName: 'decide',
        args: [by, of, compartment, time],
      })
      const expected = emergencyAnswers[answer]
      assert.equal(decideEmergency(facts, time), expected)
      seen.add(expected!)
    }
    await world.city.gateway.gateway.follower.sync()
    const { summary } = compartmentIds(patient)
    const moments = [open.declaredAt - 1, open.declaredAt, open.until - 1, open.until]
    for (const time of moments)
      for (const compartment of [labs, summary]) await ask(patient.account, doctor.account, compartment, time)
    await ask(patient.account, technician.account, labs, open.declaredAt)
    await ask(stranger.patient, doctor.account, labs, stranger.until)
    await rotateKeys(patient, { compartments: [labs] })
    await world.city.gateway.gateway.follower.sync()
    await ask(patient.account, doctor.account, labs, open.declaredAt)
    await closeEmergency(doctor, open.declaration)
    await world.city.gateway.gateway.follower.sync()
    await ask(patient.account, doctor.account, labs, open.until)
    assert.deepEqual([...seen].sort(), [...emergencyAnswers].sort())
  })

  test('[B14] the follower’s tables are the same when they are read from the chain anew', async () => {
    const { db, follower } = world.city.gateway.gateway
    const read = async () => [
      await db.select().from(tables.emergencies),
      await db.select().from(tables.shareReleases),
      await db.select().from(tables.trusteeSets),
    ]
    const before = await read()
    assert.ok(before[0]!.length > 5)
    await follower.rebuild()
    assert.deepEqual(await read(), before)
  })
})
