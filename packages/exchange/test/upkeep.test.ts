import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { FilesBlobStore, tables } from '@hre/gateway'
import { notaryAbi } from '@hre/protocol'
import { fileRecords, requestAccess, waitForAll, type Actor } from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { eq } from 'drizzle-orm'
import type { Hex } from 'viem'
import { fileSome, refusal, someRecords, startWorld, type Hospital, type World } from './world.ts'

const dashboard = new URL('../../../deploy/grafana-dashboard.json', import.meta.url)

describe('what a gateway does and says of itself', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  before(async () => {
    world = await startWorld({ operationsPort: 0, integrityBytesPerSecond: 0, anonymousPerMinute: 100_000 })
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
  })
  after(() => world.stop())

  const storeOf = ({ config }: Hospital) => new FilesBlobStore(join(config.dataDir, 'blobs'))
  const contentsOf = async (): Promise<Hex[]> => {
    const { db, follower } = world.city.gateway.gateway
    await follower.sync()
    return (await db.select().from(tables.leaves)).map(({ content }) => content)
  }
  const flipBit = async (path: string) => {
    const bytes = await readFile(path)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(path, bytes)
  }
  const watchOnce = async () => {
    const { watch, leases } = world.city.gateway.gateway
    assert.ok(await leases.claim('integrity'))
    return watch.run()
  }
  const metrics = async () => (await fetch(`${world.city.gateway.operationsUrl}/metrics`)).text()
  const valueOf = (text: string, name: string) =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1])

  describe('figures', () => {
    test('every metric of the dashboard exists', async () => {
      await fetch(`${world.city.gateway.url}/health/live`)
      const { panels } = JSON.parse(await readFile(dashboard, 'utf8')) as {
        panels: { targets: { expr: string }[] }[]
      }
      const named = panels.flatMap(({ targets }) =>
        targets.flatMap(({ expr }) => expr.match(/\b(?:hre|nodejs|process)_\w+/g) ?? []),
      )
      assert.ok(named.length >= 12)
      const text = await metrics()
      assert.deepEqual(
        named.filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(text)),
        [],
      )
    })

    test('attack: labels are read to learn who asked for whom. They hold routes and codes alone', async () => {
      const { url } = world.city.gateway
      await fetch(`${url}/v1/operations/${randomBytes32()}?patient=${patient.account}`)
      await fetch(`${url}/${patient.account}`, { method: 'PROPFIND' })
      await requestAccess(technician, { patient: patient.account, purpose: 'TREAT' }).catch(() => {})
      const text = await metrics()
      assert.match(text, /route="\/v1\/operations\/:id",code="404"/)
      assert.doesNotMatch(text, /0x[0-9a-f]{8}|PROPFIND|patient=/i)
      for (const { account } of [patient, technician, world.city.actor])
        assert.equal(text.toLowerCase().includes(account.slice(2).toLowerCase()), false)
    })

    test('attack: metrics are fetched from the public address', async () => {
      assert.equal((await fetch(`${world.city.gateway.url}/metrics`)).status, 404)
    })

    test('ready says which of its checks failed, and live goes on', async () => {
      const { operationsUrl } = world.city.gateway
      const ready = async () => {
        const answer = await fetch(`${operationsUrl}/health/ready`)
        const { checks } = (await answer.json()) as { checks: Record<string, string> }
        return { status: answer.status, checks }
      }
      const good = await ready()
      assert.deepEqual([good.status, good.checks], [200, { database: 'ok', chain: 'ok', follower: 'ok' }])
      const { follower } = world.city.gateway.gateway
      const sync = follower.sync.bind(follower)
      follower.sync = () => Promise.reject(new Error('away'))
      const bad = await ready()
      follower.sync = sync
      assert.deepEqual([bad.status, bad.checks['chain']], [503, 'failed'])
      assert.equal((await fetch(`${operationsUrl}/health/live`)).status, 200)
    })
  })

  describe('the integrity watch', () => {
    before(async () => {
      await fileSome(technician, patient)
    })

    test('a round over intact files is filed with the Notary as intact', async () => {
      const contents = await contentsOf()
      const round = await watchOnce()
      assert.deepEqual([round?.files, round?.unrepaired], [contents.length, 0])
      const { db } = world.city.gateway.gateway
      await waitForAll(world.city.actor, [round!.operation!])
      const logs = await world.rpc.getContractEvents({
        address: world.deployment.notary,
        abi: notaryAbi,
        fromBlock: 0n,
        strict: true,
      })
      const filed = JSON.stringify(logs.at(-1)?.args, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      )
      assert.ok(filed.includes(round!.report!), filed)
      const [report] = await db
        .select()
        .from(tables.attachments)
        .where(eq(tables.attachments.hash, round!.report!))
      assert.ok(report)
    })

    test('a flipped bit is found, and repaired from the organisation that has a copy', async () => {
      const [content] = await contentsOf()
      const path = storeOf(world.city).pathOf(content!)
      const intact = await readFile(path)
      await storeOf(world.lakeside).put(content!, (await storeOf(world.city).get(content!))!.stream, 1e9)
      await world.lakeside.gateway.gateway.follower.sync()
      await flipBit(path)
      const round = await watchOnce()
      assert.deepEqual([round?.repaired, round?.unrepaired], [1, 0])
      assert.deepEqual(await readFile(path), intact)
    })

    test('without a copy anywhere it is reported, and seen by those who should', async () => {
      const contents = await contentsOf()
      const content = contents.at(-1)!
      await rm(storeOf(world.city).pathOf(content))
      const round = await watchOnce()
      assert.deepEqual([round?.repaired, round?.unrepaired], [0, 1])
      const auditor = await world.newMember(world.city, 'auditor')
      const { rounds, findings } = await auditor.session.call('getIntegrity', {})
      assert.equal(rounds[0]?.unrepaired, 1)
      assert.deepEqual(
        [findings[0]?.content, findings[0]?.result, findings[0]?.repaired],
        [content, 'missing', false],
      )
      await assert.rejects(technician.session.call('getIntegrity', {}), refusal('forbidden'))
      assert.equal(valueOf(await metrics(), 'hre_integrity_unrepaired'), 1)
    })

    test('attack: a gateway asks for a copy of another organisation’s file', async () => {
      const [content] = await contentsOf()
      const { peers } = world.lakeside.gateway.gateway
      // City holds it, and Lakeside did not commit it.
      assert.equal(await peers.blob(content!), undefined)
    })

    test('cut off in the middle, it goes on where it was', async () => {
      const { db } = world.city.gateway.gateway
      const sorted = [...new Set(await contentsOf())].sort()
      // As a kill leaves it: a round under way, one file read.
      await db.insert(tables.integrityRounds).values({ startedAt: 1, after: sorted[0]!, files: 1 })
      const round = await watchOnce()
      assert.equal(round?.startedAt, 1)
      assert.equal(round?.files, sorted.length)
    })
  })

  describe('uploads that no batch names', () => {
    const upload = async () => {
      const body = Buffer.from(randomBytes32())
      const contentId: Hex = `0x${createHash('sha256').update(body).digest('hex')}`
      await technician.session.call('putBlob', { params: { contentId }, body })
      return storeOf(world.city).pathOf(contentId)
    }
    const age = (path: string) => utimes(path, 1, 1)

    test('are deleted after their time; named ones and new ones stay', async () => {
      const { collector } = world.city.gateway.gateway
      await fileRecords(technician, { patient: patient.account, records: someRecords })
      const [named] = (await contentsOf()).slice(-1)
      const [old, fresh] = [await upload(), await upload()]
      await age(old)
      await age(storeOf(world.city).pathOf(named!))
      assert.equal(await collector.run(), 1)
      await assert.rejects(stat(old), { code: 'ENOENT' })
      await stat(fresh)
      await stat(storeOf(world.city).pathOf(named!))
    })

    test('attack: a batch names an old upload while it is collected', async () => {
      const store = storeOf(world.city)
      const path = await upload()
      await age(path)
      const contentId: Hex = `0x${path.slice(-64)}`
      assert.equal(await store.keep(contentId), true)
      assert.equal(await store.collect(contentId, Math.floor(Date.now() / 1000) - 10), false)
      await stat(path)
    })

    test('nothing is deleted while batches wait to be indexed, as after a rebuild', async () => {
      const { collector, db } = world.city.gateway.gateway
      const path = await upload()
      await age(path)
      const [batch] = await db.select().from(tables.batches)
      await db.update(tables.batches).set({ state: 'waiting' }).where(eq(tables.batches.batch, batch!.batch))
      assert.equal(await collector.run(), 0)
      await db.update(tables.batches).set({ state: 'indexed' }).where(eq(tables.batches.batch, batch!.batch))
      assert.equal(await collector.run(), 1)
    })
  })
})
