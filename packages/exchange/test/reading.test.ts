import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { eq } from 'drizzle-orm'
import { GatewayClient, Session } from '@hre/client'
import { FilesBlobStore, tables } from '@hre/gateway'
import {
  accessAbi,
  accessRequestTypedData,
  decisions,
  hashAccessRequest,
  hashLeaf,
  limits,
  type LoggedAccess,
} from '@hre/protocol'
import {
  compartmentIds,
  fileRecords,
  grantAccess,
  openRecords,
  proofFileOf,
  readAccessLog,
  requestAccess,
  revokeAccess,
  signRequest,
  verifyAccesses,
  verifyReceipt,
  verifySignatures,
  verifyRecord,
  type Actor,
  type FiledBatch,
  type NewRecord,
} from '@hre/sdk'
import { contentIdOf, randomBytes32 } from '@hre/vault'
import type { Hex } from 'viem'
import {
  advance,
  fileSome,
  inSeconds,
  lastAccessOf,
  refusal,
  someRecords,
  startWorld,
  type World,
} from './world.ts'

describe('reading across two hospitals', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let reader: Actor
  let batch: FiledBatch
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    reader = await world.newMember(world.lakeside, 'doctor')
    batch = await fileSome(technician, patient)
  })
  after(() => world.stop())

  const wish = (over: object = {}) => ({ patient: patient.account, purpose: 'TREAT' as const, ...over })
  const grantLabs = (over: object = {}) =>
    grantAccess(patient, {
      reader: reader.account,
      compartments: [compartmentIds(patient).labs],
      purposes: ['TREAT'],
      until: inSeconds(3600),
      ...over,
    })
  const labLeaves = () =>
    batch.leaves.filter(({ compartment }) => compartment === compartmentIds(patient).labs)
  const bodiesOf = async (actor: Actor, access: Awaited<ReturnType<typeof requestAccess>>) => {
    const bodies: string[] = []
    for await (const { body } of openRecords(actor, access)) bodies.push(new TextDecoder().decode(body))
    return bodies.sort()
  }
  const lastDecision = async () => decisions[(await lastAccessOf(patient, reader)).receipt.decision]

  test('[A5] denied, unknown record and unknown patient are the same answer', async () => {
    const answers: unknown[] = []
    for (const asked of [
      wish(),
      wish({ records: [batch.leaves[0]!.record] }),
      wish({ records: [randomBytes32()] }),
      wish({ patient: (await world.newStranger()).account }),
    ]) {
      const response = await fetch(`${world.lakeside.gateway.url}/v1/accesses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(reader)}` },
        body: JSON.stringify(await signRequest(reader, asked)),
      })
      answers.push([response.status, await response.text()])
    }
    assert.equal((answers[0] as [number])[0], 404)
    for (const answer of answers) assert.deepEqual(answer, answers[0])
  })

  test('what was granted opens, byte for byte, and nothing else', async () => {
    await grantLabs()
    const access = await requestAccess(reader, wish())
    const expected = someRecords
      .filter(({ compartment }) => compartment === 'labs')
      .map(({ body }) => new TextDecoder().decode(body))
      .sort()
    assert.deepEqual(await bodiesOf(reader, access), expected)
    await assert.rejects(
      requestAccess(reader, wish({ records: batch.leaves.map(({ record }) => record) })),
      refusal('not-found'),
    )
  })

  test('[C6] each refusal has its reason in the patient’s log', async () => {
    const expect = async (decision: (typeof decisions)[number], over: object, asked = wish()) => {
      await grantLabs(over)
      await assert.rejects(requestAccess(reader, asked), refusal('not-found'))
      assert.equal(await lastDecision(), decision)
    }
    await expect('NotYetValid', { from: inSeconds(600) })
    await expect('PurposeNotGranted', { purposes: ['HRESCH'] })
    await expect('SensitivityAboveCeiling', { ceiling: 1 })
    const until = inSeconds(60)
    await grantLabs({ until })
    advance(until - inSeconds(0))
    await assert.rejects(requestAccess(reader, wish()), refusal('not-found'))
    assert.equal(await lastDecision(), 'Expired')
  })

  test('[C4] a file that was permitted a moment ago is refused once the patient revoked', async () => {
    await grantLabs()
    const access = await requestAccess(reader, wish())
    await revokeAccess(patient, { reader: reader.account, compartments: [compartmentIds(patient).labs] })
    await assert.rejects(bodiesOf(reader, access), refusal('not-found'))
  })

  test('[C5] after a rotation those who stay read old and new, and the one who left neither', async () => {
    const leaver = await world.newMember(world.lakeside, 'doctor')
    await grantLabs()
    await grantLabs({ reader: leaver.account })
    await revokeAccess(patient, { reader: leaver.account, compartments: [compartmentIds(patient).labs] })
    const next = await fileRecords(technician, { patient: patient.account, records: [someRecords[0]!] })
    const epochs = labLeaves().map(({ epoch }) => epoch)
    assert.ok(next.leaves[0]!.epoch > Math.max(...epochs))
    const bodies = await bodiesOf(reader, await requestAccess(reader, wish()))
    assert.equal(bodies.length, labLeaves().length + 1)
    await assert.rejects(requestAccess(leaver, wish()), refusal('not-found'))
  })

  test('the patient reads the whole chart without anybody’s grant', async () => {
    const access = await requestAccess(patient, wish({ purpose: 'PATRQT' }))
    assert.equal((await bodiesOf(patient, access)).length, access.records.length)
    assert.ok(access.records.length >= batch.leaves.length)
  })

  describe('requests', () => {
    const post = async (body: unknown, actor = reader) =>
      actor.session.call('requestAccess', { body: body as never })

    test('[A1] attack: a request is used twice', async () => {
      await grantLabs()
      const request = await signRequest(reader, wish())
      await post(request)
      await assert.rejects(post(request), refusal('request-stale'))
    })
    test('[A1] attack: a request for City Hospital is shown to Lakeside', async () => {
      const request = await signRequest(reader, wish({ organisation: world.city.actor.account }))
      await assert.rejects(post(request), refusal('bad-request'))
    })
    test('[A1] a request that is too old, or from the future', async () => {
      for (const issuedAt of [inSeconds(-400), inSeconds(120)]) {
        const { request } = await signRequest(reader, wish())
        const late = { ...request, issuedAt }
        const signature = await reader.identity.sign(accessRequestTypedData(world.deployment, late))
        await assert.rejects(post({ request: late, signature }), refusal('request-stale'))
      }
    })
    test('[A1] attack: somebody else’s request, sent in one’s own session', async () => {
      const other = await world.newMember(world.lakeside, 'nurse')
      await assert.rejects(post(await signRequest(reader, wish()), other), refusal('signature-invalid'))
    })
    test('[A1] attack: the purpose is changed after signing', async () => {
      const { request, signature } = await signRequest(reader, wish())
      await assert.rejects(
        post({ request: { ...request, purpose: 9 }, signature }),
        refusal('signature-invalid'),
      )
    })
    test('[A2] attack: another reader’s receipt opens nothing', async () => {
      await grantLabs()
      const access = await requestAccess(reader, wish())
      const other = await world.newMember(world.lakeside, 'doctor')
      await assert.rejects(bodiesOf(other, access), refusal('not-found'))
    })
    test('[A2] attack: a receipt is used for a record that it does not name', async () => {
      const access = await requestAccess(reader, wish())
      const secret = batch.leaves.find(({ compartment }) => compartment === compartmentIds(patient).summary)!
      const call = reader.session.call('getBlob', {
        params: { contentId: secret.content },
        query: { receipt: access.receipt.index },
      })
      await assert.rejects(call, refusal('not-found'))
    })
  })

  describe('between gateways', () => {
    test('[A7] attack: a doctor calls the routes of gateways', async () => {
      const contentId = batch.leaves[0]!.content
      const body = await signRequest(reader, wish())
      const calls = [
        () => reader.session.call('getPeerManifest', { params: { contentId } }),
        () => reader.session.call('getPeerAttachment', { params: { hash: contentId } }),
        () => reader.session.call('releaseToPeer', { params: { contentId }, body }),
      ]
      for (const call of calls) await assert.rejects(call(), refusal('forbidden'))
    })
    test('[A7] attack: a gateway forwards a request that was made to another', async () => {
      const body = await signRequest(reader, wish())
      const call = world.city.actor.session.call('releaseToPeer', {
        params: { contentId: batch.leaves[0]!.content },
        body,
      })
      await assert.rejects(call, refusal('bad-request'))
    })
    test('[A7] attack: a gateway that would serve without a grant finds the holder refusing', async () => {
      const nobody = await world.newMember(world.lakeside, 'doctor')
      const session = new Session({
        client: new GatewayClient({ baseUrl: world.city.gateway.url }),
        identity: world.lakeside.actor.identity,
        deployment: world.deployment,
      })
      const call = session.call('releaseToPeer', {
        params: { contentId: batch.leaves[0]!.content },
        body: await signRequest(nobody, wish()),
      })
      await assert.rejects(call, refusal('not-found'))
    })
    test('[G2] attack: a gateway that cannot prove whose it is gets no session', async () => {
      const session = new Session({
        client: new GatewayClient({ baseUrl: world.city.gateway.url }),
        identity: world.lakeside.actor.identity,
        deployment: world.deployment,
        checkWelcome: async (_organisation, message, signature) => {
          const { signatures } = world.lakeside.gateway.gateway
          await signatures.assertSigned(world.lakeside.actor.account, message, signature)
        },
      })
      await assert.rejects(session.call('listGrants', { query: {} }), refusal('peer-untrusted'))
    })
    test('a holder without a published address is named as not reachable', async () => {
      const { peers } = world.lakeside.gateway.gateway
      const { account } = await world.newStranger()
      const release = peers.release([account], batch.leaves[0]!.content, await signRequest(reader, wish()))
      await assert.rejects(release, refusal('peer-unavailable'))
    })
  })

  describe('files', () => {
    test('attack: bytes uploaded under another content id', async () => {
      const contentId = randomBytes32()
      const call = technician.session.call('putBlob', { params: { contentId }, body: new Uint8Array(10) })
      await assert.rejects(call, refusal('content-mismatch'))
      assert.equal(await world.city.gateway.gateway.blobs.has(contentId), false)
    })
    test('attack: somebody who may not author uploads', async () => {
      const body = new Uint8Array([1, 2, 3])
      const call = patient.session.call('putBlob', { params: { contentId: contentIdOf(body) }, body })
      await assert.rejects(call, refusal('forbidden'))
    })
    test('[E4] a changed bit in a stored file is caught before a byte is given out', async () => {
      await grantLabs()
      const leaf = labLeaves()[0]!
      const path = new FilesBlobStore(`${world.city.config.dataDir}/blobs`).pathOf(leaf.content)
      const bytes = await readFile(path)
      world.city.gateway.gateway.recentFiles.forget(leaf.content)
      const damaged = Buffer.from(bytes)
      damaged[bytes.length - 1]! ^= 1
      await writeFile(path, damaged)
      for (const actor of [reader, patient]) {
        const access = await requestAccess(actor, wish({ records: [leaf.record] }))
        await assert.rejects(bodiesOf(actor, access), refusal('record-damaged'))
      }
      await writeFile(path, bytes)
      assert.equal(
        (await bodiesOf(reader, await requestAccess(reader, wish({ records: [leaf.record] })))).length,
        1,
      )
    })
  })

  describe('[G41] several files together', () => {
    const together = (actor: Actor, receipt: { index: number }, contents: readonly Hex[]) =>
      actor.session.call('getBlobs', {
        params: { receipt: String(receipt.index) },
        body: { contents: [...contents] },
      })
    const contentsOf = (access: Awaited<ReturnType<typeof requestAccess>>) =>
      access.records.map(({ leaf }) => leaf.content)
    const alone = (actor: Actor, { index }: { index: number }, contentId: Hex) =>
      actor.session.call('getBlob', { params: { contentId }, query: { receipt: index } })
    const ofSize = (bytes: number): NewRecord => ({ ...someRecords[0]!, body: new Uint8Array(bytes) })

    test('are those that come alone, byte for byte; what another hospital keeps is not among them', async () => {
      const access = await requestAccess(patient, wish({ purpose: 'PATRQT' }))
      const contents = contentsOf(access)
      const { blobs } = await together(patient, access.receipt, contents)
      assert.deepEqual(blobs.map(({ content }) => content).sort(), [...contents].sort())
      for (const { content, sealed } of blobs)
        assert.deepEqual(
          new Uint8Array(Buffer.from(sealed, 'base64')),
          await alone(patient, access.receipt, content),
        )
      await grantLabs()
      const elsewhere = await requestAccess(reader, wish())
      assert.deepEqual((await together(reader, elsewhere.receipt, contentsOf(elsewhere))).blobs, [])
      assert.equal((await bodiesOf(reader, elsewhere)).length, elsewhere.records.length)
    })

    test('a chart is opened with one request for its files', async () => {
      const access = await requestAccess(patient, wish({ purpose: 'PATRQT' }))
      const { session } = patient
      const calls: string[] = []
      const call = ((name: 'getBlobs', input: never) => {
        calls.push(name)
        return session.call(name, input)
      }) as typeof session.call
      const counted = { ...patient, session: Object.assign(Object.create(session) as Session, { call }) }
      assert.equal((await bodiesOf(counted, access)).length, access.records.length)
      assert.deepEqual(
        calls.filter((name) => name.startsWith('getBlob')),
        ['getBlobs'],
      )
    })

    test('what is large, and what is beyond the room of one answer, comes alone', async () => {
      const { blobTogetherBytesMax, blobsTogetherBytesMax } = limits
      const large = [ofSize(blobTogetherBytesMax + 1), ...Array.from({ length: 20 }, () => ofSize(60_000))]
      const filed = await fileRecords(technician, { patient: patient.account, records: large })
      const records = filed.leaves.map(({ record }) => record)
      const access = await requestAccess(patient, wish({ purpose: 'PATRQT', records }))
      const { blobs } = await together(patient, access.receipt, contentsOf(access))
      const sizes = blobs.map(({ sealed }) => Buffer.from(sealed, 'base64').length)
      assert.ok(sizes.every((bytes) => bytes <= blobTogetherBytesMax))
      const sum = sizes.reduce((total, bytes) => total + bytes, 0)
      assert.ok(sum <= blobsTogetherBytesMax && sum > blobsTogetherBytesMax - blobTogetherBytesMax)
      assert.equal((await bodiesOf(patient, access)).length, large.length)
    })

    test('a long answer is compressed for those who take that', async () => {
      const access = await requestAccess(patient, wish({ purpose: 'PATRQT' }))
      const post = async (encoding: string) =>
        fetch(`${world.city.gateway.url}/v1/accesses/${access.receipt.index}/blobs`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'accept-encoding': encoding,
            authorization: `Bearer ${await tokenOf(patient)}`,
          },
          body: JSON.stringify({ contents: contentsOf(access) }),
        })
      const [compressed, plain] = await Promise.all([post('br, gzip'), post('identity')])
      assert.deepEqual(
        [compressed, plain].map(({ headers }) => headers.get('content-encoding')),
        ['gzip', null],
      )
      assert.equal(compressed.headers.get('vary'), 'accept-encoding')
      assert.equal(await compressed.text(), await plain.text())
    })

    test('a damaged one is told of by those that have to have it, and keeps nobody from the others', async () => {
      const access = await requestAccess(patient, wish({ purpose: 'PATRQT' }))
      const [damaged, ...others] = contentsOf(access).slice(0, 4) as [Hex, ...Hex[]]
      const path = new FilesBlobStore(`${world.city.config.dataDir}/blobs`).pathOf(damaged)
      const bytes = await readFile(path)
      world.city.gateway.gateway.recentFiles.forget(damaged)
      await writeFile(path, bytes.subarray(1))
      const { blobs } = await together(patient, access.receipt, [damaged, ...others])
      assert.deepEqual(blobs.map(({ content }) => content).sort(), others.sort())
      await assert.rejects(bodiesOf(patient, access), refusal('record-damaged'))
      await writeFile(path, bytes)
    })

    test('attack: files that the receipt does not name, another’s receipt, a refusal’s, one of nobody', async () => {
      await grantLabs()
      const access = await requestAccess(reader, wish())
      const own = await requestAccess(
        patient,
        wish({ purpose: 'PATRQT', records: [batch.leaves[0]!.record] }),
      )
      const [named, other] = batch.leaves.map(({ content }) => content) as [Hex, Hex]
      const { blobs } = await together(patient, own.receipt, [other, named, randomBytes32()])
      assert.deepEqual(
        blobs.map(({ content }) => content),
        [named],
      )
      const nurse = await world.newMember(world.lakeside, 'nurse')
      await assert.rejects(together(nurse, access.receipt, [named]), refusal('not-found'))
      await assert.rejects(together(patient, { index: 1e9 }, [named]), refusal('not-found'))
      await assert.rejects(requestAccess(nurse, wish()), refusal('not-found'))
      const { index } = (await lastAccessOf(patient, nurse)).receipt
      await assert.rejects(together(nurse, { index }, [named]), refusal('not-found'))
    })

    test('[C4] attack: the receipt of a grant that was revoked since', async () => {
      const doctor = await world.newMember(world.city, 'doctor')
      await grantLabs({ reader: doctor.account })
      const access = await requestAccess(doctor, wish())
      assert.ok((await together(doctor, access.receipt, contentsOf(access))).blobs.length > 0)
      await revokeAccess(patient, { reader: doctor.account, compartments: [compartmentIds(patient).labs] })
      assert.deepEqual((await together(doctor, access.receipt, contentsOf(access))).blobs, [])
    })

    test('more than fifty are refused, and so are none', async () => {
      const access = await requestAccess(patient, wish({ purpose: 'PATRQT' }))
      const many = Array.from({ length: limits.blobsTogetherMax + 1 }, () => randomBytes32())
      for (const contents of [many, []])
        await assert.rejects(together(patient, access.receipt, contents), refusal('bad-request'))
    })
  })

  describe('proofs', () => {
    test('[R6] a record’s proof is recomputed from the chain alone', async () => {
      const access = await requestAccess(patient, wish({ purpose: 'PATRQT' }))
      for (const item of access.records) {
        const verified = await verifyRecord(world.rpc, proofFileOf(world.deployment, item))
        assert.ok(verified.contractAgrees && verified.authorSigned)
        assert.equal(verified.author.toLowerCase(), technician.account)
      }
    })
    test('[R6] attack: a leaf with one field changed does not verify', async () => {
      const [item] = (await requestAccess(patient, wish({ purpose: 'PATRQT' }))).records
      for (const change of [
        { sensitivity: 1 },
        { author: reader.account },
        { content: randomBytes32() },
        { epoch: 9 },
      ]) {
        const leaf = { ...item!.leaf, ...change }
        assert.notEqual(hashLeaf(leaf), hashLeaf(item!.leaf))
        const file = proofFileOf(world.deployment, { ...item!, leaf })
        await assert.rejects(verifyRecord(world.rpc, file), refusal('not-found'))
      }
    })
    test('[A4] the access log is under anchors on chain; attack: a gateway alters what it logged', async () => {
      const { anchors, db } = world.lakeside.gateway.gateway
      await assert.rejects(
        requestAccess(await world.newMember(world.lakeside, 'doctor'), wish()),
        refusal('not-found'),
      )
      await anchors.run()
      await world.lakeside.gateway.gateway.follower.sync()
      const atLakeside = async () =>
        (await readAccessLog(patient)).accesses.filter(
          ({ receipt }) => receipt.organisation === world.lakeside.actor.account,
        )
      const verdicts = async () => verifyAccesses(world.rpc, world.deployment, await atLakeside())
      const honest = await verdicts()
      assert.ok(honest.filter((verdict) => verdict === 'anchored').length >= 5)
      assert.equal(honest.includes('altered'), false)
      const refused = (await atLakeside()).find(({ receipt }) => receipt.decision !== 0)!
      await db
        .update(tables.receipts)
        .set({ decision: 0 })
        .where(eq(tables.receipts.index, refused.receipt.index))
      assert.ok((await verdicts()).includes('altered'))
    })
  })

  test('[A8] the contract proves one receipt of a gateway, also after later anchors; attack: one that was altered', async () => {
    const { gateway } = world.lakeside.gateway
    const stranger = await world.newMember(world.lakeside, 'doctor')
    const mine = async () => {
      await gateway.follower.sync()
      const { accesses } = await readAccessLog(patient)
      return accesses.find(({ receipt }) => receipt.reader === stranger.account)!
    }
    await assert.rejects(
      requestAccess(stranger, { patient: patient.account, purpose: 'TREAT' }),
      refusal('not-found'),
    )
    const prove = (access: LoggedAccess) => verifyReceipt(world.rpc, world.deployment, access)
    assert.equal(await prove(await mine()), false, 'not anchored yet')
    await gateway.anchors.run()
    const access = await mine()
    assert.equal(await prove(access), true)
    // Reading the log was logged: that is what the next anchors hold.
    for (let later = 0; later < 2; later++) {
      await gateway.anchors.run()
      await mine()
    }
    assert.equal(await prove(access), true)
    assert.equal((await mine()).anchor!.sequence < Number((await headOf(access))[1]) - 1, true)
    const { receipt } = access
    for (const change of [
      { decision: 0 },
      { reader: patient.account },
      { at: receipt.at - 60 },
      { index: 0 },
      { organisation: world.city.actor.account },
    ])
      assert.equal(await prove({ ...access, receipt: { ...receipt, ...change } }), false)
  })

  const headOf = ({ receipt }: LoggedAccess) =>
    world.rpc.readContract({
      address: world.deployment.access,
      abi: accessAbi,
      functionName: 'headOf',
      args: [receipt.organisation],
    })

  test('[A1] [A3] every entry is the reader’s own word; attack: a gateway logs what nobody signed', async () => {
    const { accesses } = await readAccessLog(patient)
    const check = (entries: LoggedAccess[]) => verifySignatures(world.rpc, world.deployment, entries)
    assert.deepEqual([...new Set(await check(accesses))], ['signed'])
    const entry = accesses.find(({ receipt }) => receipt.reader === reader.account)!
    const other = accesses.find(({ receipt }) => receipt.reader !== reader.account)!
    const { receipt, request } = entry
    const rehashed = (change: Partial<typeof request>) => {
      const changed = { ...request, ...change }
      const requestHash = hashAccessRequest(world.deployment, changed)
      return { ...entry, request: changed, receipt: { ...receipt, ...change, requestHash } as typeof receipt }
    }
    const attacks = {
      'another’s signature': { ...entry, signature: other.signature },
      'an invented signature': { ...entry, signature: `0x${'11'.repeat(65)}` as const },
      'somebody else’s name': rehashed({ reader: other.receipt.reader }),
      'another purpose': rehashed({ purpose: 9 }),
      'another purpose in the receipt alone': { ...entry, receipt: { ...receipt, purpose: 9 } },
      'other records than in the receipt': { ...entry, records: [randomBytes32()] },
      'a request that the receipt does not name': {
        ...entry,
        request: { ...request, nonce: randomBytes32() },
      },
    }
    for (const [attack, forged] of Object.entries(attacks))
      assert.deepEqual(await check([forged]), ['forged'], attack)
  })

  async function tokenOf(actor: Actor): Promise<string> {
    let token = ''
    const client = new GatewayClient({
      baseUrl: actor.session.client.baseUrl,
      fetch: async (input, init) => {
        const response = await fetch(input, init)
        if (String(input).endsWith('/v1/sessions'))
          token = ((await response.clone().json()) as { token: string }).token
        return response
      },
    })
    await new Session({ client, identity: actor.identity, deployment: actor.deployment }).call('listGrants', {
      query: {},
    })
    return token
  }
})
