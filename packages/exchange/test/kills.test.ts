import assert from 'node:assert/strict'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { tables } from '@hre/gateway'
import {
  hashReceipt,
  intakeAbi,
  isHreError,
  openCompartmentCall,
  toProblem,
  treeOf,
  type Operation,
} from '@hre/protocol'
import {
  fileOwnRecords,
  fileRecords,
  grantAccess,
  compartmentIds,
  openRecords,
  requestPages,
  signRequest,
  waitForAll,
  type Actor,
} from '@hre/sdk'
import { Random } from '@hre/testkit'
import { contentIdOf, randomBytes32 } from '@hre/vault'
import { asc } from 'drizzle-orm'
import { bytesToHex, parseEventLogs, type Hex } from 'viem'
import { Parts, partNames, type PartName } from './parts.ts'
import { postgresMissing, startPostgres, type Postgres } from './postgres.ts'
import { inSeconds, signed, someRecords, startWorld, type Hospital, type World } from './world.ts'

/** HRE_ROUNDS: how many. HRE_SEED: replays the choices of a run (the moments still depend on the machine). */
const rounds = Number(process.env['HRE_ROUNDS'] ?? 3)
const seed = Number(process.env['HRE_SEED'] ?? randomInt(2 ** 31))

/** City Hospital keeps its rows in PostgreSQL, Lakeside in its own folder: killing that gateway kills its database. */
describe('kill -9 of everything that runs', { skip: postgresMissing }, () => {
  let postgres: Postgres
  let world: World
  let parts: Parts
  let patient: Actor
  /** Somebody whose many compartments are in nobody's way. */
  let opener: Actor
  let technician: Actor
  let doctor: Actor
  before(async () => {
    postgres = await startPostgres()
    const databases = [await postgres.newDatabase(), '']
    world = await startWorld({
      newDatabase: async () => databases.shift()!,
      anonymousPerMinute: 1_000_000,
      ownRecordsPerDayMax: 100_000,
      // A gateway that is killed with its server alive cannot give up what it had claimed: its next start waits for that to end.
      leaseSeconds: 2,
    })
    patient = await world.newPatient()
    opener = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    await grantAccess(patient, {
      reader: doctor.account,
      compartments: Object.values(compartmentIds(patient)),
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    parts = new Parts(world, postgres)
    await parts.takeOver()
  })
  after(async () => {
    await parts?.stop()
    await world?.stop()
    await postgres?.remove()
  })

  test(`[G3] ${rounds} rounds: what was acknowledged is on chain once, readable, and anchored once`, async (t) => {
    t.diagnostic(`HRE_SEED=${seed}`)
    const random = new Random(seed)
    const known = new Acknowledged()
    const record = await known.file(technician, patient)
    const began = performance.now()
    for (let round = 0; round < rounds; round++) {
      const load = new Load([
        { doing: () => known.open(opener) },
        { doing: () => known.upload(technician) },
        { doing: () => known.ask(doctor, patient, 'TREAT', [record]) },
        { doing: () => known.ask(doctor, patient, 'HRESCH', [record]) },
        { doing: () => known.file(technician, patient), pauseMilliseconds: 150 },
        { doing: () => known.add(patient), pauseMilliseconds: 300 },
      ])
      try {
        await sleep(random.integer(0, 400))
        const first = random.pick(partNames)
        // Sometimes two at once: what the one would have told the other is lost.
        const second = random.pick(partNames)
        const killed = random.chance(0.3) && second !== first ? [first, second] : [first]
        await Promise.all(killed.map((victim) => parts.kill(victim)))
        await sleep(random.integer(0, 200))
        // The chain and the database first: a gateway does not start without them.
        for (const victim of partNames.filter((name) => killed.includes(name) && isBelow(name)))
          await parts.start(victim)
        await Promise.all(killed.filter((name) => !isBelow(name)).map((victim) => parts.start(victim)))
        await load.recovered()
      } finally {
        await load.stop()
      }
    }
    t.diagnostic(
      `${rounds} rounds in ${((performance.now() - began) / 1000).toFixed(1)} s; ${known.summary()}`,
    )
    await waitForAll(
      patient,
      known.operations.map(({ id }) => id),
    )
    // Gateways anchor on their way out.
    await parts.handBack()

    await assertOnChainOnce(world, known)
    for (const content of known.uploads)
      assert.equal(await storedHash(world.city, content), content, 'an acknowledged upload is readable')
    const opened = new Set<Hex>()
    for await (const page of requestPages(patient, { patient: patient.account, purpose: 'PATRQT' }))
      for await (const item of openRecords(patient, page))
        if (item.body.length > 0) opened.add(item.leaf.record)
    const filed = known.batches * someRecords.length + known.added.length
    assert.ok(opened.size >= filed, `${opened.size} of ${filed} records`)
    assert.ok(known.added.every((record) => opened.has(record)))
    await assertAnchoredOnce(world.lakeside, known.requests)
    await world.city.gateway.gateway.anchors.run()
    await assertAnchoredOnce(world.city, [])
    assert.ok(
      known.operations.length >= rounds && known.uploads.length >= rounds && known.requests.length >= rounds,
    )
  })
})

const isBelow = (victim: PartName): boolean => victim === 'chain' || victim === 'postgres'

/** What people were told is done. */
class Acknowledged {
  readonly operations: { id: Hex; operation: Operation }[] = []
  readonly uploads: Hex[] = []
  /** Nonces of access requests that were answered, whatever the answer. */
  readonly requests: Hex[] = []
  batches = 0
  /** Records that a patient was told are added (R14). */
  readonly added: Hex[] = []

  summary(): string {
    return `${this.operations.length} operations, ${this.uploads.length} uploads, ${this.requests.length} access requests, ${this.batches} batches, ${this.added.length} added by the patient`
  }

  async open(actor: Actor): Promise<void> {
    const recipient = bytesToHex(actor.keyring.recipient)
    const operation = await signed(
      actor,
      openCompartmentCall(actor.deployment, randomBytes32(), 3, recipient),
    )
    const { ids } = await actor.session.call('submitOperations', { body: { operations: [operation] } })
    this.operations.push({ id: ids[0]!, operation: operation.operation })
  }

  async upload(actor: Actor): Promise<void> {
    const body = randomBytes(2_000)
    const contentId = contentIdOf(body)
    await actor.session.call('putBlob', { params: { contentId }, body })
    this.uploads.push(contentId)
  }

  async ask(
    actor: Actor,
    { account }: Actor,
    purpose: 'TREAT' | 'HRESCH',
    records: readonly Hex[],
  ): Promise<void> {
    const body = await signRequest(actor, { patient: account, purpose, records })
    await actor.session.call('requestAccess', { body }).catch((error: unknown) => {
      if (!isHreError(error, 'not-found')) throw error
    })
    this.requests.push(body.request.nonce)
  }

  /** @returns one of the records. */
  async file(actor: Actor, { account }: Actor): Promise<Hex> {
    const { leaves } = await fileRecords(actor, { patient: account, records: someRecords }).catch(filedAgain)
    this.batches++
    return leaves[0]!.record
  }

  async add(actor: Actor): Promise<void> {
    const records = someRecords.slice(0, 1)
    const { leaves } = await fileOwnRecords(actor, { records }).catch(filedAgain)
    this.added.push(leaves[0]!.record)
  }
}

/** What is not known to be filed is not counted, and a person would look; here it is filed once more. */
function filedAgain(error: Error): never {
  throw isHreError(error, 'outcome-unknown') ? error.cause : error
}

interface Doing {
  doing: () => Promise<unknown>
  pauseMilliseconds?: number
}

/** Everybody does their thing over and over. Whoever is not answered tries again later, as the answer says. */
class Load {
  #stopping = false
  readonly #done: number[]
  readonly #loops: Promise<void>[]

  constructor(doings: readonly Doing[]) {
    this.#done = doings.map(() => 0)
    this.#loops = doings.map((doing, index) => this.#repeat(doing, index))
  }

  /** Waits until each was done once more. */
  async recovered(): Promise<void> {
    const before = [...this.#done]
    const deadline = Date.now() + 60_000
    while (this.#done.some((times, index) => times === before[index])) {
      assert.ok(Date.now() < deadline, `not answered again: ${String(this.#done)} of ${String(before)}`)
      await sleep(20)
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#loops)
  }

  async #repeat({ doing, pauseMilliseconds = 60 }: Doing, index: number): Promise<void> {
    while (!this.#stopping) {
      try {
        await doing()
        this.#done[index]!++
      } catch (error) {
        assert.ok(isHreError(error), String(error))
        assert.equal(toProblem(error).retry, 'later', error.code)
      }
      await sleep(pauseMilliseconds)
    }
  }
}

async function assertOnChainOnce(world: World, { operations }: Acknowledged): Promise<void> {
  const logs = await world.rpc.getLogs({ address: world.deployment.intake, fromBlock: 0n })
  const times = new Map<string, number>()
  for (const { args } of parseEventLogs({ abi: intakeAbi, logs, eventName: 'OperationApplied' })) {
    const key = `${args.account.toLowerCase()} ${args.nonce}`
    times.set(key, (times.get(key) ?? 0) + 1)
  }
  assert.deepEqual(
    [...times.values()].filter((count) => count !== 1),
    [],
  )
  for (const { operation } of operations)
    assert.equal(
      times.get(`${operation.account} ${BigInt(operation.nonce)}`),
      1,
      'an acknowledged operation is on chain',
    )
}

async function storedHash({ gateway }: Hospital, content: Hex): Promise<string> {
  const found = await gateway.gateway.blobs.get(content)
  assert.ok(found, 'an acknowledged upload is there')
  const hash = createHash('sha256')
  for await (const chunk of found.stream) hash.update(chunk as Uint8Array)
  return `0x${hash.digest('hex')}`
}

/** Every receipt is under one anchor, whose root on chain is theirs; every request that was answered has one receipt. */
async function assertAnchoredOnce({ gateway, actor }: Hospital, requests: readonly Hex[]): Promise<void> {
  const { db, receipts, follower } = gateway.gateway
  await follower.sync()
  const rows = await db.select().from(tables.receipts).orderBy(asc(tables.receipts.index))
  assert.deepEqual(
    rows.map(({ index }) => index),
    rows.map((_, index) => index),
  )
  const anchors = (await db.select().from(tables.anchors)).filter(
    ({ organisation }) => organisation === actor.account,
  )
  const newest = Math.max(...anchors.map(({ sequence }) => sequence))
  assert.deepEqual(
    anchors.map(({ sequence }) => sequence).sort((a, b) => a - b),
    Array.from({ length: newest + 1 }, (_, sequence) => sequence),
  )
  for (const { sequence, root, count } of anchors) {
    const under = rows.filter(({ anchor }) => anchor === sequence)
    assert.equal(under.length, count)
    assert.equal(treeOf(under.map((row) => hashReceipt(receipts.receiptOf(row)))).root, root)
  }
  assert.deepEqual(
    rows.filter(({ anchor }) => anchor === null || anchor > newest),
    [],
  )
  const nonces = rows.map(({ request }) => request.nonce)
  assert.equal(new Set(nonces).size, nonces.length, 'a request has two receipts')
  assert.deepEqual(
    requests.filter((nonce) => !nonces.includes(nonce)),
    [],
  )
}
