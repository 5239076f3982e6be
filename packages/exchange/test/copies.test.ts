import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { GatewayClient, Session } from '@hre/client'
import { FilesBlobStore, tables } from '@hre/gateway'
import {
  decisions,
  eraseCall,
  loginTypedData,
  patientCountriesTypedData,
  voteStandingCall,
  type PatientCountries,
  type RouteName,
  type SignedCountries,
} from '@hre/protocol'
import {
  allowCountries,
  allowedCountries,
  compartmentIds,
  grantAccess,
  openInbox,
  openRecords,
  readAccessLog,
  requestAccess,
  submit,
  type Actor,
  type FiledBatch,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { eq } from 'drizzle-orm'
import { hexToBytes, type Address, type Hex } from 'viem'
import { fileSome, inSeconds, refusal, startWorld, tokenOf, type Hospital, type World } from './world.ts'

/** Four gateways, one of them abroad: who keeps copies of whose sealed files, and who gets none. */
describe('copies between gateways', () => {
  let world: World
  let hill: Hospital
  let berlin: Hospital
  let technician: Actor
  let patient: Actor
  let batch: FiledBatch
  const quiet = { integrityBytesPerSecond: 0, anonymousPerMinute: 100_000 }
  before(async () => {
    world = await startWorld(quiet)
    hill = await world.newHospital('hill', { settings: { ...quiet, guestBytesMax: 100_000 } })
    const policy = { replicationCopies: 2, replicationCountries: 'IN' }
    berlin = await world.newHospital('berlin', { country: 'DE', settings: { ...quiet, ...policy } })
    technician = await world.newMember(world.city, 'lab technician')
  })
  after(() => world.stop())
  beforeEach(async () => {
    await makeIdle()
    patient = await world.newPatient()
    batch = await fileSome(technician, patient)
    await settle()
  })

  const all = () => [world.city, world.lakeside, hill, berlin]
  const contents = () => batch.leaves.map(({ content }) => content)
  const storeOf = ({ config }: Hospital) => new FilesBlobStore(join(config.dataDir, 'blobs'))
  /** Names of the hospitals that have it. */
  const holders = async (content = contents()[0]!): Promise<string[]> => {
    const has = await Promise.all(all().map((hospital) => storeOf(hospital).has(content)))
    return all().flatMap(({ config }, index) => (has[index] ? [config.name] : []))
  }
  /** Every gateway has read the chain, and the manifests that it names. */
  async function settle(): Promise<void> {
    for (const { gateway } of all()) await gateway.gateway.follower.sync()
  }
  /** Records of earlier tests are nobody's concern. */
  async function makeIdle(): Promise<void> {
    if (!patient) return
    for (const { gateway } of all()) {
      const { db } = gateway.gateway
      await db.delete(tables.copies)
      await db.delete(tables.guestCopies)
      await db.update(tables.replicationRounds).set({ finishedAt: 1 })
    }
    const { db } = world.city.gateway.gateway
    await db.update(tables.leaves).set({ keeper: `0x${'1'.repeat(40)}` })
  }
  async function round(hospital = world.city) {
    const { replication, leases } = hospital.gateway.gateway
    assert.ok(await leases.claim('replication'))
    return (await replication.run())!
  }
  async function fetchAll(): Promise<void> {
    for (const { gateway } of all()) {
      assert.ok(await gateway.gateway.leases.claim('guests'))
      await gateway.gateway.guests.run()
    }
  }
  /** A round, what it asked for, and a round that sees it. */
  async function replicate() {
    await round()
    await fetchAll()
    return round()
  }
  async function said(
    over: Partial<PatientCountries>,
    by: Actor = patient,
    of: Actor = by,
  ): Promise<SignedCountries> {
    const word: PatientCountries = {
      patient: of.account,
      countries: ['IN'],
      readingAbroad: 'granted',
      issuedAt: inSeconds(0),
      ...over,
    }
    const signature = await by.identity.sign(patientCountriesTypedData(world.deployment, word))
    return { ...word, signature }
  }
  const accountOf = ({ actor }: Hospital): Address => actor.account
  /** Organisation to organisation, as gateways call one another. */
  const between = (from: Hospital, to: Hospital) =>
    new Session({
      client: new GatewayClient({ baseUrl: to.gateway.url }),
      identity: from.actor.identity,
      deployment: world.deployment,
    })
  const offer = (
    from: Hospital,
    to: Hospital,
    contentId: Hex,
    statements: SignedCountries[] = [],
    bytes = 100,
  ) => between(from, to).call('offerCopy', { params: { contentId }, body: { bytes, statements } })
  const allow = async (countries: string[], readingAbroad: PatientCountries['readingAbroad'] = 'granted') => {
    const { unreachable } = await allowCountries(patient, { countries, readingAbroad })
    assert.deepEqual(unreachable, [])
  }
  const flipBit = async (path: string) => {
    const bytes = await readFile(path)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(path, bytes)
  }

  describe('how many', () => {
    test('[P8] three copies: asked for, fetched, proven; and nothing more is asked for then', async () => {
      const first = await round()
      assert.deepEqual([first.files, first.proven, first.offered, first.short], [3, 0, 6, 3])
      await fetchAll()
      const second = await round()
      assert.deepEqual([second.proven, second.offered, second.short], [6, 0, 0])
      for (const content of contents())
        assert.deepEqual(await holders(content), ['City Hospital', 'Lakeside Clinic', 'hill'])
    })

    test('[P8] a copy that was lost, and one that was altered, are replaced', async () => {
      await replicate()
      const [content] = contents()
      await rm(storeOf(hill).pathOf(content!))
      await flipBit(storeOf(world.lakeside).pathOf(content!))
      const seen = await round()
      assert.deepEqual([seen.proven, seen.short], [4, 1])
      // Asked again in the round after the one that missed it.
      const mended = await replicate()
      assert.deepEqual([mended.proven, mended.short], [6, 0])
      assert.deepEqual(await holders(content), ['City Hospital', 'Lakeside Clinic', 'hill'])
      ;(await storeOf(world.lakeside).get(content!))!.stream.destroy()
    })

    test('[P8] the organisation’s own policy: how many, and in which countries at most', async () => {
      await openInbox(patient)
      await allow(['IN', 'DE'])
      batch = await fileSome(await world.newMember(berlin, 'lab technician'), patient)
      await settle()
      await round(berlin)
      await fetchAll()
      const seen = await round(berlin)
      assert.deepEqual([seen.files, seen.proven, seen.short, seen.confined], [3, 3, 0, 0])
      for (const content of contents()) {
        const names = await holders(content)
        assert.deepEqual([names.length, names.at(-1)], [2, 'berlin'])
      }
    })

    test('[P8] confined: the patient allows no other gateway, and it is seen', async () => {
      await allow([])
      const seen = await round()
      assert.deepEqual([seen.offered, seen.short, seen.confined], [0, 3, 3])
      assert.deepEqual(await holders(), ['City Hospital'])
      const auditor = await world.newMember(world.city, 'auditor')
      const { rounds, guests } = await auditor.session.call('getReplication', {})
      assert.deepEqual([rounds[0]?.confined, guests], [3, { files: 0, bytes: 0, wanted: 0 }])
      await assert.rejects(technician.session.call('getReplication', {}), refusal('forbidden'))
    })

    test('cut off in the middle, it goes on where it was', async () => {
      const { db } = world.city.gateway.gateway
      const sorted = contents().toSorted()
      await db.insert(tables.replicationRounds).values({ startedAt: 1, after: sorted[0]!, files: 1 })
      const seen = await round()
      assert.deepEqual([seen.startedAt, seen.files, seen.offered], [1, 3, 4])
    })

    test('the watch takes a lost file back from whoever keeps a copy', async () => {
      await replicate()
      const [content] = contents()
      const path = storeOf(world.city).pathOf(content!)
      const intact = await readFile(path)
      await rm(path)
      const { watch, leases } = world.city.gateway.gateway
      assert.ok(await leases.claim('integrity'))
      assert.equal((await watch.run())?.repaired, 1)
      assert.deepEqual(await readFile(path), intact)
    })

    test('[P9] an erased record goes everywhere, and no round and no watch brings it back to life', async () => {
      await replicate()
      const [content] = contents()
      const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
      const { organisation, leaf, proof } = access.records.find((one) => one.leaf.content === content)!
      await submit(patient, [eraseCall(world.deployment, { organisation, leaf, proof })])
      await settle()
      assert.deepEqual(await holders(content), [])
      const seen = await replicate()
      assert.equal(seen.files, 2)
      const { watch, leases } = world.city.gateway.gateway
      assert.ok(await leases.claim('integrity'))
      assert.equal((await watch.run())?.files, 2)
      assert.deepEqual(await holders(content), [])
    })

    test('[P9] erased while it was on its way: it is dropped when it comes', async () => {
      const [content] = contents()
      const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
      const { organisation, leaf, proof } = access.records.find((one) => one.leaf.content === content)!
      const file = await readFile(storeOf(world.city).pathOf(content!))
      const { db, guests, leases, peers } = hill.gateway.gateway
      const blob = peers.blob.bind(peers)
      let isErased = false
      peers.blob = async (contentId, from) => {
        if (contentId !== content || isErased) return blob(contentId, from)
        isErased = true
        await submit(patient, [eraseCall(world.deployment, { organisation, leaf, proof })])
        await settle()
        return file
      }
      await round()
      assert.ok(await leases.claim('guests'))
      await guests.run()
      // The gateway's own job may have been faster, and not be done yet.
      const wanted = eq(tables.guestCopies.content, content!)
      while (!isErased || (await db.$count(tables.guestCopies, wanted)) > 0)
        await new Promise((resolve) => setTimeout(resolve, 20))
      peers.blob = blob
      assert.equal(await storeOf(hill).has(content!), false)
    })
  })

  describe('where', () => {
    test('[P5] who said nothing: only in the country of the organisation that committed the record', async () => {
      await replicate()
      assert.ok(!(await holders()).includes('berlin'))
    })

    test('[P3] [P5] the countries that the patient names, and no other', async () => {
      await allow(['DE'])
      const seen = await replicate()
      assert.deepEqual([seen.proven, seen.short, seen.confined], [3, 3, 3])
      assert.deepEqual(await holders(), ['City Hospital', 'berlin'])
      assert.deepEqual((await allowedCountries(patient))?.countries, ['DE'])
    })

    test('[P9] a narrower word: who may no longer keep a copy drops it', async () => {
      await replicate()
      assert.equal((await holders()).length, 3)
      await allow([])
      assert.deepEqual(await holders(), ['City Hospital'])
    })

    test('[P4] [P9] a gateway that the patient could not reach hears it from the one that committed the record', async () => {
      await replicate()
      const { session } = patient
      await session.call('setCountries', { body: await said({ countries: [], issuedAt: inSeconds(0) }) })
      assert.equal((await holders()).length, 3)
      await round()
      assert.deepEqual(await holders(), ['City Hospital'])
    })

    test('[P4] the newest word counts, wherever it was said', async () => {
      await allow(['IN'])
      const { client } = hill.actor.session
      const token = await tokenOf(hill, patient)
      const narrower = await said({ countries: ['DE'], issuedAt: inSeconds(5) })
      await client.call('setCountries', { body: narrower }, { token })
      await round()
      // City asked Lakeside or Hill, and learnt from Hill.
      const known = await world.city.gateway.gateway.db
        .select()
        .from(tables.patientCountries)
        .where(eq(tables.patientCountries.patient, patient.account))
      assert.deepEqual(known[0]?.countries, ['DE'])
      await fetchAll()
      for (const content of contents())
        for (const name of ['Lakeside Clinic', 'hill']) assert.ok(!(await holders(content)).includes(name))
    })

    describe('[P10] reading abroad', () => {
      let reader: Actor
      const wish = () => ({ patient: patient.account, purpose: 'TREAT' as const })
      const read = async (by: Actor) => {
        let read = 0
        for await (const _record of openRecords(by, await requestAccess(by, wish()))) read++
        return read
      }
      const reasonOf = async (by: Actor) => {
        await assert.rejects(requestAccess(by, wish()), refusal('not-found'))
        const { accesses } = await readAccessLog(patient)
        return decisions[accesses.findLast(({ receipt }) => receipt.reader === by.account)!.receipt.decision]
      }
      const grantTo = (by: Actor) =>
        grantAccess(patient, {
          reader: by.account,
          compartments: [compartmentIds(patient).labs],
          purposes: ['TREAT'],
          until: inSeconds(3600),
        })
      before(async () => {
        reader = await world.newMember(berlin, 'doctor')
      })
      beforeEach(() => grantTo(reader))

      test('who said nothing: a grant to somebody abroad is a word of its own', async () => {
        assert.equal(await read(reader), 2)
      })
      test('never: refused, though granted, and the patient sees why', async () => {
        await allow(['IN'], 'never')
        assert.equal(await reasonOf(reader), 'JurisdictionNotMet')
      })
      test('never, but the country is named: permitted', async () => {
        await allow(['DE'], 'never')
        assert.equal(await read(reader), 2)
      })
      test('never: a doctor at home reads, and the patient from anywhere', async () => {
        await allow([], 'never')
        const atHome = await world.newMember(world.lakeside, 'doctor')
        await grantTo(atHome)
        assert.equal(await read(atHome), 2)
        assert.equal(
          await read({ ...patient, organisation: accountOf(berlin), session: sessionOf(patient, berlin) }),
          3,
        )
      })
      test('attack: a doctor at home asks through a gateway abroad', async () => {
        await allow([], 'never')
        const atHome = await world.newMember(world.lakeside, 'doctor')
        await grantTo(atHome)
        const abroad = { ...atHome, organisation: accountOf(berlin), session: sessionOf(atHome, berlin) }
        await assert.rejects(requestAccess(abroad, wish()), refusal('not-found'))
      })
      test('attack: the gateway abroad does not keep to it. The one that holds the file does', async () => {
        const access = await requestAccess(reader, wish())
        await patient.session.call('setCountries', {
          body: await said({ countries: ['IN'], readingAbroad: 'never' }),
        })
        const opening = async () => {
          for await (const _record of openRecords(reader, access));
        }
        await assert.rejects(opening(), refusal('not-found'))
      })
    })
  })

  describe('when the holder is away', () => {
    test('[A7] a record is read from a copy, and the copy’s holder writes it down', async () => {
      await allow(['IN', 'DE'])
      await replicate()
      const doctor = await world.newMember(berlin, 'doctor')
      await grantAccess(patient, {
        reader: doctor.account,
        compartments: [compartmentIds(patient).labs],
        purposes: ['TREAT'],
        until: inSeconds(3600),
      })
      for (const content of contents()) await storeOf(berlin).delete(content)
      const access = await requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
      for (const content of contents()) await storeOf(world.city).delete(content)
      let opened = 0
      for await (const _record of openRecords(doctor, access)) opened++
      assert.equal(opened, 2)
      const logged = await Promise.all(
        [world.lakeside, hill].map(({ gateway }) =>
          gateway.gateway.db.select().from(tables.receipts).where(eq(tables.receipts.reader, doctor.account)),
        ),
      )
      assert.ok(logged.flat().every(({ forwardedBy }) => forwardedBy === accountOf(berlin)))
      assert.ok(logged.flat().length >= 1)
    })
  })

  describe('who gets nothing', () => {
    const peerCalls = (contentId: Hex) =>
      [
        ['getPeerBlob', { params: { contentId } }],
        ['proveCopy', { params: { contentId }, body: { salt: randomBytes32() } }],
        ['offerCopy', { params: { contentId }, body: { bytes: 1, statements: [] } }],
      ] as const
    const codesOf = async (session: Pick<Session, 'call'>, contentId: Hex) => {
      const codes: string[] = []
      for (const [name, input] of peerCalls(contentId))
        await session.call(name as RouteName, input as never).then(
          () => codes.push('served'),
          (error: { code: string }) => codes.push(error.code),
        )
      return codes
    }

    test('attack: an organisation that nobody admitted asks, and a person does', async () => {
      const stranger = await world.newStranger()
      await assert.rejects(stranger.session.call('getPeerBlob', { params: { contentId: contents()[0]! } }))
      assert.deepEqual(await codesOf(technician.session, contents()[0]!), Array(3).fill('forbidden'))
      assert.deepEqual(await codesOf(patient.session, contents()[0]!), Array(3).fill('forbidden'))
    })

    test('attack: a header of authentication is used again: elsewhere, after its session ended, made up', async () => {
      const session = between(world.lakeside, world.city)
      const token = await tokenOf(world.city, world.lakeside.actor)
      const get = async (hospital: Hospital, authorization: string) =>
        (
          await fetch(`${hospital.gateway.url}/v1/peer/blobs/${contents()[0]}`, {
            headers: { authorization },
          })
        ).status
      assert.equal(await get(world.city, `Bearer ${token}`), 404)
      assert.equal(await get(hill, `Bearer ${token}`), 401)
      const { sessions } = await world.city.actor.session.client.call('listSessions', {}, { token })
      const current = sessions.find((one) => one.current)!.id
      await session.client.call('endSession', { params: { session: current } }, { token })
      assert.equal(await get(world.city, `Bearer ${token}`), 401)
      assert.equal(await get(world.city, `Bearer ${token.slice(0, -4)}AAAA`), 401)
    })

    test('attack: an answer to a challenge is used again, or shown to another audience', async () => {
      const { account, identity } = world.lakeside.actor
      const { client } = between(world.lakeside, world.city)
      const { organisation, challenge, expiresAt } = await client.call('createChallenge', {
        body: { account, callerNonce: randomBytes32() },
      })
      const signature = await identity.sign(
        loginTypedData(world.deployment, { account, organisation, challenge, expiresAt }),
      )
      const body = { account, challenge, expiresAt, signature }
      const atHill = between(world.lakeside, hill).client.call('createSession', { body })
      await assert.rejects(atHill, refusal('signature-invalid'))
      await client.call('createSession', { body })
      await assert.rejects(client.call('createSession', { body }), refusal('signature-invalid'))
    })

    test('attack: a suspended organisation asks, and is asked', async () => {
      await allow(['IN', 'DE'])
      const session = between(berlin, world.city)
      const [content] = contents()
      assert.deepEqual(await codesOf(session, content!), Array(3).fill('not-found'))
      const voters = [world.city, world.lakeside, hill]
      for (const { actor } of voters)
        await submit(actor, [voteStandingCall(world.deployment, accountOf(berlin), 'suspend')])
      try {
        assert.deepEqual(await codesOf(session, content!), Array(3).fill('forbidden'))
        await replicate()
        assert.ok(!(await holders()).includes('berlin'))
      } finally {
        // More than half of the three that are left.
        for (const { actor } of voters.slice(0, 2))
          await submit(actor, [voteStandingCall(world.deployment, accountOf(berlin), 'reinstate')])
        await settle()
      }
    })

    test('attack: content ids are guessed, and known ones are tried: the same answer', async () => {
      const session = between(world.lakeside, world.city)
      const answer = async (contentId: Hex) => {
        const token = await tokenOf(world.city, world.lakeside.actor)
        const response = await fetch(`${session.client.baseUrl}/v1/peer/blobs/${contentId}`, {
          headers: { authorization: `Bearer ${token}` },
        })
        return [response.status, await response.text()]
      }
      const guessed = await answer(randomBytes32())
      assert.equal(guessed[0], 404)
      assert.deepEqual(await answer(contents()[0]!), guessed)
      for (const contentId of [randomBytes32(), contents()[0]!])
        assert.deepEqual(await codesOf(session, contentId), Array(3).fill('not-found'))
    })

    test('attack: a gateway in a country that is not allowed says that it was asked to keep a copy', async () => {
      const [content] = contents()
      // As a gateway that wrote this down by mistake: what the patient allows is looked at again.
      await world.city.gateway.gateway.db
        .insert(tables.copies)
        .values({ content: content!, holder: accountOf(berlin), state: 'asked', at: inSeconds(0) })
      const call = between(berlin, world.city).call('getPeerBlob', { params: { contentId: content! } })
      await assert.rejects(call, refusal('not-found'))
    })

    test('attack: a gateway asks one abroad to keep what the patient does not allow there', async () => {
      const [content] = contents()
      const { state, refusal: reason } = await offer(world.city, berlin, content!)
      assert.deepEqual([state, reason], ['refused', 'country'])
      await fetchAll()
      assert.equal(await storeOf(berlin).has(content!), false)
    })

    test('attack: it wanted the file before the patient narrowed their word, and fetches it afterwards', async () => {
      await allow(['DE'])
      await round()
      await allow([])
      await fetchAll()
      assert.deepEqual(await holders(), ['City Hospital'])
    })

    test('attack: a hospital says in the patient’s name where copies may be', async () => {
      const forged = await said({ countries: ['DE'] }, world.city.actor, patient)
      const [content] = contents()
      await assert.rejects(offer(world.city, berlin, content!, [forged]), refusal('signature-invalid'))
      const session = between(world.city, berlin)
      await assert.rejects(
        session.call('carryCountries', { body: { statements: [forged] } }),
        refusal('signature-invalid'),
      )
      await assert.rejects(
        technician.session.call('setCountries', { body: forged }),
        refusal('signature-invalid'),
      )
    })

    test('attack: an older word is passed on again, one is changed, one is of the future', async () => {
      const wide = await said({ countries: ['DE'], issuedAt: inSeconds(-100) })
      const session = between(world.city, berlin)
      await session.call('carryCountries', { body: { statements: [wide] } })
      const narrow = await said({ countries: [], issuedAt: inSeconds(-50) })
      await session.call('carryCountries', { body: { statements: [narrow] } })
      const { newer } = await session.call('carryCountries', { body: { statements: [wide] } })
      assert.deepEqual(newer, [narrow])
      assert.equal((await offer(world.city, berlin, contents()[0]!, [wide])).state, 'refused')
      const changed = { ...narrow, countries: ['DE'] }
      await assert.rejects(
        session.call('carryCountries', { body: { statements: [changed] } }),
        refusal('signature-invalid'),
      )
      const future = await said({ issuedAt: inSeconds(3600) })
      await assert.rejects(
        session.call('carryCountries', { body: { statements: [future] } }),
        refusal('request-stale'),
      )
      await assert.rejects(patient.session.call('setCountries', { body: future }), refusal('request-stale'))
    })

    test('attack: a gateway fills another one’s disk with what it calls copies', async () => {
      const [first, second] = contents()
      assert.equal((await offer(world.city, hill, first!, [], 60_000)).state, 'taken')
      const { state, refusal: reason } = await offer(world.city, hill, second!, [], 60_000)
      assert.deepEqual([state, reason], ['refused', 'full'])
    })

    test('attack: it says that a file is smaller than it is. What comes is not kept', async () => {
      const [content] = contents()
      assert.equal((await offer(world.city, hill, content!, [], 10)).state, 'taken')
      await world.city.gateway.gateway.db
        .insert(tables.copies)
        .values({ content: content!, holder: accountOf(hill), state: 'asked', at: inSeconds(0) })
      const { guests, leases } = hill.gateway.gateway
      assert.ok(await leases.claim('guests'))
      assert.equal(await guests.run(), 0)
      assert.equal(await storeOf(hill).has(content!), false)
    })

    test('[P7] attack: a gateway says that it holds a copy: by a made-up proof, another’s, one from before', async () => {
      await replicate()
      const [content] = contents()
      const { peers } = world.city.gateway.gateway
      const salt = randomBytes32()
      const proven = await peers.proof(accountOf(hill), content!, salt)
      const file = await readFile(storeOf(hill).pathOf(content!))
      const expected = createHash('sha256')
        .update('HRE copy proof 1')
        .update(hexToBytes(accountOf(hill)))
        .update(hexToBytes(salt))
        .update(file)
        .digest('hex')
      assert.equal(proven, `0x${expected}`)
      assert.notEqual(await peers.proof(accountOf(world.lakeside), content!, salt), proven)
      assert.notEqual(await peers.proof(accountOf(hill), content!, randomBytes32()), proven)
      await rm(storeOf(hill).pathOf(content!))
      const proof = peers.proof.bind(peers)
      peers.proof = async (holder, contentId, asked) =>
        holder === accountOf(hill) && contentId === content ? proven : proof(holder, contentId, asked)
      const seen = await round()
      peers.proof = proof
      assert.deepEqual([seen.proven, seen.short], [5, 1])
    })
  })

  test('[P1] a file from one of its bytes on; a range of another kind, and one beyond the end, is passed over', async () => {
    const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    const { content } = access.records[0]!.leaf
    const token = await tokenOf(world.city, patient)
    const url = `${world.city.gateway.url}/v1/blobs/${content}?receipt=${access.receipt.index}`
    const get = async (range?: string) => {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${token}`, ...(range && { range }) },
      })
      const bytes = Buffer.from(await response.arrayBuffer())
      return { status: response.status, bytes, range: response.headers.get('content-range') }
    }
    const whole = await get()
    assert.equal(whole.status, 200)
    const part = await get('bytes=100-')
    assert.deepEqual([part.status, part.bytes], [206, whole.bytes.subarray(100)])
    assert.equal(part.range, `bytes 100-${whole.bytes.length - 1}/${whole.bytes.length}`)
    for (const other of [`bytes=${whole.bytes.length}-`, 'bytes=1-5', 'bytes=-5', 'rows=1-', 'bytes=1e3-'])
      assert.deepEqual([(await get(other)).status, (await get(other)).bytes], [200, whole.bytes], other)
  })

  const sessionOf = (actor: Actor, hospital: Hospital) =>
    new Session({
      client: new GatewayClient({ baseUrl: hospital.gateway.url }),
      identity: actor.identity,
      deployment: world.deployment,
    })
})
