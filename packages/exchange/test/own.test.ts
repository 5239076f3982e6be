import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { eq } from 'drizzle-orm'
import { FilesBlobStore, startGateway, tables } from '@hre/gateway'
import {
  commitOwnCall,
  encodeManifest,
  eraseCall,
  hashLeaf,
  manifestOf,
  supersedeCall,
  treeOf,
  withdrawCall,
  type Leaf,
  type Manifest,
} from '@hre/protocol'
import {
  attestPatient,
  compartmentIds,
  connectChain,
  fileOwnRecords,
  fileRecords,
  grantAccess,
  openChart,
  openInbox,
  openRecords,
  proofFileOf,
  requestAccess,
  sessionAt,
  submit,
  verifyRecord,
  waitForAll,
  type Actor,
  type FiledBatch,
  type NewRecord,
} from '@hre/sdk'
import { contentIdOf, randomBytes32, sealRecord } from '@hre/vault'
import type { Address, Hex } from 'viem'
import {
  advance,
  inSeconds,
  refusal,
  signed,
  someRecords,
  startWorld,
  type Hospital,
  type World,
} from './world.ts'

const ownRecordsPerDayMax = 6
const ownFileBytesMax = 50_000
const ownBytesPerDayMax = 90_000
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

const weight: NewRecord = {
  body: new TextEncoder().encode(JSON.stringify({ resourceType: 'Observation', id: 'weight' })),
  mediaType: 'application/fhir+json',
  compartment: 'summary',
  sensitivity: 3,
  kind: 'resource',
}

/** What patients add to their own charts. */
describe('a patient’s own records', () => {
  let world: World
  let patient: Actor
  let other: Actor
  let doctor: Actor
  before(async () => {
    world = await startWorld({
      ownFileBytesMax,
      ownBytesPerDayMax,
      ownRecordsPerDayMax,
      integrityBytesPerSecond: 0,
      anonymousPerMinute: 100_000,
    })
    patient = await world.newPatient()
    other = await world.newPatient()
    doctor = await world.newMember(world.lakeside, 'doctor')
  })
  after(() => world.stop())

  const storeOf = ({ config }: Hospital) => new FilesBlobStore(join(config.dataDir, 'blobs'))
  const add = (by: Actor = patient, records: readonly NewRecord[] = [weight]) =>
    fileOwnRecords(by, { records })
  const indexed = async ({ gateway }: Hospital, batch: Hex) => {
    await gateway.gateway.follower.sync()
    return gateway.gateway.db.select().from(tables.leaves).where(eq(tables.leaves.batch, batch))
  }
  const seenBy = async (reader: Actor, { leaves }: FiledBatch, purpose: 'PATRQT' | 'TREAT' = 'PATRQT') => {
    const { records } = await requestAccess(reader, { patient: patient.account, purpose })
    return records.filter(({ leaf }) => leaves.some(({ record }) => record === leaf.record))
  }
  /** A day later nothing of what was added counts any more. */
  const nextDay = () => advance(24 * 60 * 60 + 1)

  /** One sealed file that the account uploaded, and a leaf that names it. */
  async function uploaded(by: Actor, over: Partial<Leaf> = {}): Promise<Leaf> {
    const { sealed, contentId, commitment } = await sealRecord({
      body: weight.body,
      mediaType: weight.mediaType,
      recipient: by.keyring.recipient,
    })
    await by.session.call('putOwnBlob', { params: { contentId }, body: sealed })
    return {
      patient: by.account,
      compartment: compartmentIds(by).summary,
      epoch: 1,
      record: randomBytes32(),
      content: contentId,
      commitment,
      sensitivity: 3,
      kind: 1,
      author: by.account,
      ...over,
    }
  }
  /** Leaves handed in as they are, by a client that keeps to nothing. */
  async function handIn(by: Actor, leaves: Leaf[], over: { keeper?: Address; manifest?: Manifest } = {}) {
    const manifest = over.manifest ?? manifestOf(by.account, leaves)
    const call = commitOwnCall(world.deployment, {
      root: treeOf(leaves.map(hashLeaf)).root,
      count: leaves.length,
      manifest: contentIdOf(encodeManifest(manifest)),
      keeper: over.keeper ?? by.organisation,
    })
    const operation = await signed(by, call)
    return by.session.call('commitOwn', { body: { manifest, operation } })
  }
  /** Past every gateway: what the chain alone lets somebody do, with a manifest that the keeper has. */
  async function pastTheGateway(by: Actor, leaves: Leaf[]): Promise<Hex> {
    const manifest = manifestOf(by.account, leaves)
    const contentId = contentIdOf(encodeManifest(manifest))
    const { root } = treeOf(leaves.map(hashLeaf))
    await world.city.gateway.gateway.db
      .insert(tables.manifests)
      .values({ contentId, json: text(encodeManifest(manifest)) })
    const keeper = world.city.actor.account
    await submit(by, [
      commitOwnCall(world.deployment, { root, count: leaves.length, manifest: contentId, keeper }),
    ])
    const { db, follower } = world.city.gateway.gateway
    await follower.sync()
    const [row] = await db.select().from(tables.batches).where(eq(tables.batches.root, root))
    return row!.batch
  }

  test('[R14] added at one hospital, read by a doctor at another by grant, verified from the chain alone', async () => {
    const batch = await add()
    const rows = await indexed(world.lakeside, batch.batch)
    assert.deepEqual(
      rows.map(({ organisation, keeper, author }) => [organisation, keeper, author]),
      [[patient.account, world.city.actor.account, patient.account]],
    )
    await assert.rejects(
      requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' }),
      refusal('not-found'),
    )
    await grantAccess(patient, {
      reader: doctor.account,
      compartments: [compartmentIds(patient).summary],
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    const access = await requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
    const bodies: string[] = []
    for await (const { body } of openRecords(doctor, access)) bodies.push(text(body))
    assert.deepEqual(bodies, [text(weight.body)])
    const [item] = access.records
    const verified = await verifyRecord(connectChain(world.chain.url), proofFileOf(world.deployment, item!))
    assert.deepEqual(
      [verified.organisation, verified.author, verified.keeper].map((account) => account?.toLowerCase()),
      [patient.account, patient.account, world.city.actor.account],
    )
    assert.ok(verified.contractAgrees && verified.authorSigned && verified.signedByBoth === null)
  })

  test('[R14] a doctor who is a patient too adds as the patient and files as the doctor', async () => {
    const both = await world.newMember(world.city, 'doctor')
    await assert.rejects(uploaded(both), refusal('forbidden'))
    await attestPatient(world.city.actor, both.account, 'hospital number 2')
    await openChart(both, { writer: world.city.actor.account, until: inSeconds(3600) })
    const own = await add(both)
    assert.equal((await indexed(world.city, own.batch))[0]!.organisation, both.account)
    const filed = await fileRecords(both, { patient: patient.account, records: someRecords })
    assert.equal((await indexed(world.city, filed.batch))[0]!.organisation, world.city.actor.account)
  })

  test('[R15] corrected, withdrawn and erased by the patient; the file goes everywhere', async () => {
    const batch = await add(patient, [weight, weight, weight])
    const [old, next, last] = await seenBy(patient, batch)
    await submit(patient, [
      supersedeCall(world.deployment, old!, next!),
      withdrawCall(world.deployment, next!),
      eraseCall(world.deployment, last!),
    ])
    await world.city.gateway.gateway.follower.sync()
    const after = await seenBy(patient, batch)
    assert.deepEqual(
      after.map(({ status }) => status),
      ['superseded', 'withdrawn'],
    )
    assert.equal(await storeOf(world.city).has(last!.leaf.content), false)
    assert.ok(await storeOf(world.city).has(old!.leaf.content))
    await assert.rejects(
      requestAccess(patient, { patient: patient.account, purpose: 'PATRQT', records: [last!.leaf.record] }),
      refusal('not-found'),
    )
  })

  test('[R15] attack: the organisation that keeps it, its technician and another patient mark it', async () => {
    nextDay()
    const batch = await add()
    const [item] = await seenBy(patient, batch)
    const technician = await world.newMember(world.city, 'lab technician')
    for (const by of [world.city.actor, technician, other])
      for (const call of [withdrawCall(world.deployment, item!), eraseCall(world.deployment, item!)])
        await assert.rejects(submit(by, [call]), refusal('records-not-permitted'))
    assert.equal((await seenBy(patient, batch))[0]!.status, 'live')
  })

  test('[R16] whoever starts over from the first block holds the same rows', async () => {
    for (const { gateway } of [world.city, world.lakeside]) {
      const { db, follower, indexer } = gateway.gateway
      await follower.sync()
      const rows = async () =>
        (await db.select().from(tables.leaves)).map(({ record, keeper }) => `${record} ${keeper}`).sort()
      const before = await rows()
      assert.ok(before.length >= 5)
      await follower.rebuild()
      await indexer.run()
      assert.deepEqual(await rows(), before)
    }
  })

  test('[R16] attack: a patient adds to another patient’s chart', async () => {
    nextDay()
    const foreign = {
      patient: patient.account,
      compartment: compartmentIds(patient).summary,
    }
    const leaf = await uploaded(other, foreign)
    await assert.rejects(handIn(other, [leaf]), refusal('manifest-invalid'))
    // One of their own beside it makes it no better; nor an inbox, nor a grant to the person.
    await openInbox(patient)
    await grantAccess(patient, {
      reader: other.account,
      compartments: [foreign.compartment],
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    const inbox = { ...foreign, compartment: patient.keyring.compartmentId('inbox') }
    const leaves = [await uploaded(other), leaf, await uploaded(other, inbox)]
    await assert.rejects(handIn(other, leaves), refusal('manifest-invalid'))
    const batch = await pastTheGateway(other, leaves)
    assert.deepEqual(await indexed(world.city, batch), [])
    assert.deepEqual(await indexed(world.lakeside, batch), [])
    const forged = { organisation: other.account, leaf, proof: treeOf(leaves.map(hashLeaf)).proof(1) }
    await assert.rejects(
      verifyRecord(connectChain(world.chain.url), {
        format: 'hre-record-proof-v2',
        deployment: world.deployment,
        ...forged,
      }),
      refusal('not-found'),
    )
  })

  test('[G40] attack: a file of somebody else’s record is filed, so that it outlasts its erasure', async () => {
    nextDay()
    const [item] = await seenBy(patient, await add())
    const sealed = await readAll(world.city, item!.leaf.content)
    await assert.rejects(
      other.session.call('putOwnBlob', { params: { contentId: item!.leaf.content }, body: sealed }),
      refusal('forbidden'),
    )
    const stolen = await uploaded(other, { content: item!.leaf.content })
    await assert.rejects(handIn(other, [stolen]), refusal('blob-missing'))
    assert.deepEqual(await indexed(world.city, await pastTheGateway(other, [stolen])), [])
    const anew = await pastTheGateway(other, [{ ...stolen, record: randomBytes32() }])
    assert.deepEqual(await indexed(world.lakeside, anew), [])
    await submit(patient, [eraseCall(world.deployment, item!)])
    await world.city.gateway.gateway.follower.sync()
    assert.equal(await storeOf(world.city).has(item!.leaf.content), false)
  })

  async function readAll(hospital: Hospital, content: Hex): Promise<Uint8Array> {
    const found = await storeOf(hospital).get(content)
    const parts: Uint8Array[] = []
    for await (const part of found!.stream) parts.push(part as Uint8Array)
    return Buffer.concat(parts)
  }

  test('[G40] what is handed in is refused unless it fits: files that are not there, twice, filed before, by others, elsewhere', async () => {
    nextDay()
    const leaf = await uploaded(patient)
    const again = { ...leaf, record: randomBytes32() }
    await assert.rejects(handIn(patient, [{ ...leaf, content: randomBytes32() }]), refusal('blob-missing'))
    await assert.rejects(handIn(patient, [leaf, again]), refusal('manifest-invalid'))
    await assert.rejects(handIn(patient, [leaf, leaf]), refusal('manifest-invalid'))
    await assert.rejects(handIn(patient, [{ ...leaf, author: other.account }]), refusal('manifest-invalid'))
    await assert.rejects(handIn(patient, [{ ...leaf, epoch: 2 }]), refusal('write-refused'))
    await assert.rejects(
      handIn(patient, [{ ...leaf, compartment: randomBytes32() }]),
      refusal('write-refused'),
    )
    await assert.rejects(
      handIn(patient, [leaf], { keeper: world.lakeside.actor.account }),
      refusal('manifest-invalid'),
    )
    await assert.rejects(
      handIn(patient, [leaf], { manifest: manifestOf(world.city.actor.account, [leaf]) }),
      refusal('manifest-invalid'),
    )
    const { id } = await handIn(patient, [leaf])
    await waitForAll(patient, [id])
    await world.city.gateway.gateway.follower.sync()
    await assert.rejects(handIn(patient, [again]), refusal('manifest-invalid'))
  })

  test('[G40] who has no chart here adds nothing here', async () => {
    const { lakeside, city } = world
    const technician = await world.newMember(city, 'lab technician')
    for (const by of [technician, city.actor]) await assert.rejects(uploaded(by), refusal('forbidden'))
    // A patient of City Hospital at the gateway of Lakeside, which does not know them.
    const session = sessionAt(patient, lakeside.gateway.url)
    await assert.rejects(
      uploaded({ ...patient, session, organisation: lakeside.actor.account }),
      refusal('forbidden'),
    )
  })

  test('[G40] attack: a patient fills the disk: a file too large, with and without its length, too many, too much', async () => {
    nextDay()
    const upload = (bytes: number, by = patient) => {
      const body = new Uint8Array(bytes).fill(7)
      crypto.getRandomValues(body.subarray(0, 32))
      return by.session.call('putOwnBlob', { params: { contentId: contentIdOf(body) }, body })
    }
    await assert.rejects(upload(ownFileBytesMax + 1), refusal('payload-too-large'))
    await upload(ownFileBytesMax)
    const error = await upload(ownBytesPerDayMax - ownFileBytesMax + 1).then(
      () => undefined,
      (thrown: { code: string; data: { retryAfterSeconds: number } }) => thrown,
    )
    assert.equal(error?.code, 'own-limit-reached')
    assert.ok(error.data.retryAfterSeconds > 86_000 && error.data.retryAfterSeconds <= 86_400)
    // Together they would be too much: counted one after the other, not one is too many.
    const sizes = Array.from({ length: 5 }, () => 15_000)
    const answers = await Promise.allSettled(sizes.map((size) => upload(size)))
    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 2)
    // Bytes that are not what their name says count for nothing.
    nextDay()
    for (let times = 0; times < ownRecordsPerDayMax + 2; times++)
      await assert.rejects(
        patient.session.call('putOwnBlob', {
          params: { contentId: randomBytes32() },
          body: new Uint8Array(20_000),
        }),
        refusal('content-mismatch'),
      )
    for (let times = 0; times < ownRecordsPerDayMax; times++) await upload(10)
    await assert.rejects(upload(10), refusal('own-limit-reached'))
    // Others are not touched by it.
    await upload(10, other)
  })

  test('[R16] attack: batches that name a keeper who never had the manifest cost next to nothing', async () => {
    const keeper = world.city.actor.account
    const roots = Array.from({ length: 5 }, () => randomBytes32())
    await submit(
      other,
      roots.map((root) =>
        commitOwnCall(world.deployment, { root, count: 1, manifest: randomBytes32(), keeper }),
      ),
    )
    const { gateway } = world.lakeside.gateway
    await gateway.follower.sync()
    const { peers } = gateway
    const manifest = peers.manifest.bind(peers)
    let asked = 0
    peers.manifest = (...args) => {
      asked++
      return manifest(...args)
    }
    for (let round = 0; round < 20; round++) await gateway.indexer.run()
    assert.equal(asked, 0)
    advance(31)
    for (let round = 0; round < 20; round++) await gateway.indexer.run()
    assert.equal(asked, roots.length)
    peers.manifest = manifest
    // The keeper named goes on collecting what nobody named, and filing and reading go on.
    const { collector, follower } = world.city.gateway.gateway
    await follower.sync()
    const body = new Uint8Array(100).fill(3)
    await world.city.actor.session.call('putBlob', { params: { contentId: contentIdOf(body) }, body })
    assert.equal(await storeOf(world.city).has(contentIdOf(body)), true)
    await collector.run(inSeconds(100 * 3600))
    assert.equal(await storeOf(world.city).has(contentIdOf(body)), false)
  })

  test('[G14] the keeper’s watch reads the files, and its restart changes nothing', async () => {
    nextDay()
    const batch = await add()
    const { city } = world
    const port = Number(new URL(city.gateway.url).port)
    await city.gateway.stop()
    city.gateway = await startGateway({ ...city.config, port })
    const { watch, leases, db } = city.gateway.gateway
    const kept = await db.select().from(tables.leaves).where(eq(tables.leaves.keeper, city.actor.account))
    assert.ok(await leases.claim('integrity'))
    const round = await watch.run()
    assert.ok(round!.files >= 1 && round!.files <= kept.length)
    assert.equal(round!.unrepaired, 0)
    const bodies: string[] = []
    const access = await requestAccess(patient, {
      patient: patient.account,
      purpose: 'PATRQT',
      records: [batch.leaves[0]!.record],
    })
    for await (const { body } of openRecords(patient, access)) bodies.push(text(body))
    assert.deepEqual(bodies, [text(weight.body)])
  })
})
