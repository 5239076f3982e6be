// What a gateway does per second on this machine, client and server on the same cores: `node bench/gateway.ts`, or with `--json`
// for a program to read. Each figure stands beside a rival of the same run. HRE_BENCH_SCALE makes it shorter (0.1) or longer,
// HRE_BENCH_PARTS names what is measured (reads,memory,relay,import,receipts). The gateway has a PostgreSQL server beside it, as a hospital's
// with a hundred readers has; HRE_BENCH_DATABASE=embedded gives it the database on its own thread, and HRE_BENCH_WORKERS=2 makes it so many
// processes.
//
// A read is one sealed file in the hands of its reader, under a decision and a receipt. There are 200 of them, a ward's charts for a few
// minutes, so that the gateway has them in memory after the first look, as the rival has its own. `read...` is how a chart is read: a signed request
// names ten records, which are decided on and receipted together, and each of their files is decided on anew; the reader is one of a
// hundred doctors with accounts of their own, who ask for one thing after the other. `singleRead...` is the dearest way, a signed request and
// a receipt for each file; `togetherRead...` gets the ten files of a request in one answer, as our own clients do.
// Times are those of each answer, a request's or a file's, with all hundred asking without a pause: at so many answers a second nobody can
// wait less, on average, than a hundred divided by them. The rival is the same Fastify that gives the same answers to the same requests
// and does nothing else.
//
// `memoryDriftPct` is how much more memory the gateway has at the end of 1,250,000 such reads, an hour of a hospital with 30 million
// accesses a day, than after the first fifth of them: twenty looks, of which the last four are set against the second four.
//
// `relay...` is what callers see of the relay: an operation each, 50 at a time, checked against the chain, in SQL before it is accepted, asked
// about with an answer that comes once it is applied. `relayRatio` is what carrying them together earns: the rival is the same gateway with the same checks and
// the same durability and one operation to a transaction (`relayBatchOperationsMax` 1), one transaction after the other. `relayPlainRatio`
// stands beside it: its rival is no relay but a plain client that sends each operation in a transaction of its own and waits for its
// receipt, 50 at a time from 50 addresses. It asks the chain first what would become of it, as the relay does; it keeps nothing, checks
// nobody and forgets everything when it ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Agent, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway, tables, type GatewayConfig } from '@hre/gateway'
import {
  hashAccessRequest,
  intakeAbi,
  isHreError,
  openCompartmentCall,
  toSubmission,
  type OperationStatus,
  type SignedOperation,
} from '@hre/protocol'
import {
  compartmentIds,
  fileRecords,
  grantAccess,
  requestAccess,
  signRequest,
  type Actor,
  type NewRecord,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { bytesToHex, encodeFunctionData, type Hex } from 'viem'
import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts'
import { Parts } from '../packages/exchange/test/parts.ts'
import { postgresMissing, startPostgres } from '../packages/exchange/test/postgres.ts'
import { inSeconds, signed, startWorld, tokenOf } from '../packages/exchange/test/world.ts'

const scale = Number(process.env['HRE_BENCH_SCALE'] ?? 1)
const readers = 100
const recordsPerChart = 10
/** Who hand in operations at the same time. */
const callers = 50
const chartReadCount = Math.round(1_000 * scale)
const singleReadCount = Math.round(4_000 * scale)
/** Quarters and fifths of them are whole. */
const operationCount = 20 * Math.round(100 * scale)
const receiptSeconds = 60 * scale
const importRows = Math.round(10_000 * scale)
/** An hour of a hospital with 30 million accesses a day. */
const memoryReadCount = 1_250_000 * scale
const memoryRounds = 20
/** Of Linux on every machine that Node runs on. */
const ticksPerSecond = 100
const measured = (process.env['HRE_BENCH_PARTS'] ?? 'reads,memory,relay,import,receipts').split(',')
const goal = {
  readRatio: 0.4,
  readP95Ms: 50,
  relayRatio: 5,
  receiptsPerSec: 2_000,
  import10000Sec: 60,
  memoryDriftPct: 10,
}

const workers = Number(process.env['HRE_BENCH_WORKERS'] ?? 1)

const agent = new Agent({ keepAlive: true, maxSockets: readers })
const figures: Record<string, number> = {}
const say = (text: string) => process.stderr.write(`bench: ${text}\n`)

if (postgresMissing) say(postgresMissing)
const isEmbedded = process.env['HRE_BENCH_DATABASE'] === 'embedded' || Boolean(postgresMissing)
const postgres = isEmbedded ? undefined : await startPostgres()
// City Hospital's alone, which is the one that is measured.
const databases = postgres ? [await postgres.newDatabase(), ''] : ['', '']
const world = await startWorld({
  newDatabase: async () => databases.shift()!,
  anonymousPerMinute: 10_000_000,
  accountPerMinute: 10_000_000,
  puzzleFromPerSecond: 1e9,
  relayQueuePerSenderMax: 100_000,
  relayQueueMax: 100_000,
  // As by default; tests look more often.
  followMilliseconds: 250,
})
const parts = new Parts(world)
try {
  const patient = await world.newPatient()
  const technician = await world.newMember(world.city, 'lab technician')
  const doctor = await world.newMember(world.city, 'doctor')
  world.city.config.workers = workers
  await parts.takeOver()
  if (measured.includes('reads')) await benchReads(patient, technician)
  if (measured.includes('memory')) await benchMemory(patient, technician)
  if (measured.includes('relay')) await benchRelay(patient)
  if (measured.includes('import')) await benchImport(patient, technician)
  await parts.handBack()
  if (measured.includes('receipts')) await benchReceipts(patient, doctor)
} finally {
  await parts.stop()
  await world.stop()
  await postgres?.remove()
  agent.destroy()
}

const rounded = Object.fromEntries(
  Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]),
)
if (process.argv.includes('--json')) console.log(JSON.stringify({ figures: rounded }))
else
  console.table(
    Object.fromEntries(
      Object.entries(rounded).map(([name, figure]) => [
        name,
        { figure, goal: (goal as Record<string, number>)[name] ?? '' },
      ]),
    ),
  )

interface Reader {
  actor: Actor
  token: string
}

/** A signed request that is about to be sent. */
interface Reading {
  token: string
  body: string
  /** Its files come in one answer (G41), or each alone. */
  together: boolean
}

async function benchReads(patient: Actor, technician: Actor): Promise<void> {
  const { records, doctors } = await newLibrary(patient, technician)
  const pid = parts.pidOf('city')
  for (const { prefix, count, perRequest, together } of [
    { prefix: 'singleRead', count: singleReadCount, perRequest: 1, together: false },
    { prefix: 'read', count: chartReadCount, perRequest: recordsPerChart, together: false },
    { prefix: 'togetherRead', count: 4 * chartReadCount, perRequest: recordsPerChart, together: true },
  ]) {
    say(`signing ${count} requests for ${perRequest} of the records`)
    const readings = await signReadings(doctors, patient, count + readers + 1, {
      records,
      perRequest,
      together,
    })
    const rival = await startRival(await read(world.city.gateway.url, readings.pop()!))
    await timeReads(world.city.gateway.url, readings.splice(0, readers))
    const own = await timeReads(world.city.gateway.url, readings, pid)
    const other = await timeReads(rival.url, readings, rival.pid)
    rival.stop()
    figures[`${prefix}sPerSec`] = own.perSecond
    figures[`${prefix}CpuMs`] = own.cpuMilliseconds
    figures[`rival${prefix[0]!.toUpperCase()}${prefix.slice(1)}sPerSec`] = other.perSecond
    figures[`${prefix}Ratio`] = own.perSecond / other.perSecond
    for (const percent of [50, 95, 99])
      figures[`${prefix}P${percent}Ms`] = percentile(own.milliseconds, percent)
  }
}

/** As charts are read, with a look at the gateway's memory after each round. What it takes to warm up is not counted. */
async function benchMemory(patient: Actor, technician: Actor): Promise<void> {
  const { records, doctors } = await newLibrary(patient, technician)
  const pid = parts.pidOf('city')
  const perRound = Math.ceil(memoryReadCount / memoryRounds / recordsPerChart)
  const megabytes: number[] = []
  for (let round = 1; round <= memoryRounds; round++) {
    // A token is good for a quarter of an hour.
    for (const doctor of doctors) doctor.token = await tokenOf(world.city, doctor.actor)
    const readings = await signReadings(doctors, patient, perRound, {
      records,
      perRequest: recordsPerChart,
      together: false,
    })
    await timeReads(world.city.gateway.url, readings, pid)
    megabytes.push(residentMB(pid))
    say(`round ${round} of ${memoryRounds}: ${Math.round(megabytes.at(-1)!)} MB`)
  }
  const fifth = memoryRounds / 5
  const early = mean(megabytes.slice(fifth, 2 * fifth))
  const late = mean(megabytes.slice(-fifth))
  figures['memoryMB'] = late
  figures['memoryDriftPct'] = (100 * (late - early)) / early
}

/** What is read, and by whom. */
async function newLibrary(patient: Actor, technician: Actor): Promise<{ records: Hex[]; doctors: Reader[] }> {
  say('filing what is read')
  const { leaves } = await fileRecords(technician, { patient: patient.account, records: resources(200) })
  say(`${readers} doctors come to work`)
  return { records: leaves.map(({ record }) => record), doctors: await newReaders(patient) }
}

/** Doctors of the hospital, each with an account, a grant and a session. */
async function newReaders(patient: Actor): Promise<Reader[]> {
  const made: Reader[] = []
  let begun = 0
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      while (begun++ < readers) {
        const actor = await world.newMember(world.city, 'doctor')
        await grantAccess(patient, {
          reader: actor.account,
          compartments: [compartmentIds(patient).labs],
          purposes: ['TREAT'],
          until: inSeconds(24 * 3600),
        })
        made.push({ actor, token: await tokenOf(world.city, actor) })
      }
    }),
  )
  return made
}

/** Requests for so many of the records each, by one doctor after the other. */
async function signReadings(
  doctors: readonly Reader[],
  patient: Actor,
  count: number,
  { records, perRequest, together }: { records: readonly Hex[]; perRequest: number; together: boolean },
): Promise<Reading[]> {
  const readings: Reading[] = []
  for (let index = 0; index < count; index++) {
    const { actor, token } = doctors[index % doctors.length]!
    const named = Array.from(
      { length: perRequest },
      (_, place) => records[(index * perRequest + place) % records.length]!,
    )
    const wish = { patient: patient.account, purpose: 'TREAT', records: named } as const
    readings.push({ token, body: JSON.stringify(await signRequest(actor, wish)), together })
  }
  return readings
}

/**
 * @param told - of each answer's time, in milliseconds.
 * @returns what was answered, for the rival.
 */
async function read(
  url: string,
  { token, body, together }: Reading,
  told: (milliseconds: number) => void = () => {},
): Promise<{ access: unknown; blob: Buffer; files: number }> {
  const timed = async (path: string, sent?: string) => {
    const at = performance.now()
    const answer = await ask(url + path, token, sent)
    told(performance.now() - at)
    return answer
  }
  const access = JSON.parse((await timed('/v1/accesses', body)).toString()) as {
    receipt: { index: number }
    records: { leaf: { content: Hex } }[]
  }
  const { index } = access.receipt
  const contents = access.records.map(({ leaf }) => leaf.content)
  let blob: Buffer = Buffer.alloc(0)
  if (together) blob = await timed(`/v1/accesses/${index}/blobs`, JSON.stringify({ contents }))
  else for (const content of contents) blob = await timed(`/v1/blobs/${content}?receipt=${index}`)
  return { access, blob, files: contents.length }
}

/** Node's own client: its `fetch` would cost more than the server does. */
function ask(url: string, token: string, body?: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const sent = httpRequest(
      url,
      { agent, method: body === undefined ? 'GET' : 'POST', headers },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const answer = Buffer.concat(chunks)
          if ([200, 201, 202].includes(response.statusCode!)) resolve(answer)
          else
            reject(
              new Error(
                `${url.replace(/\?.*/, '')} answered ${response.statusCode}: ${answer.toString().slice(0, 300)}`,
              ),
            )
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** @param pid - whose time on a core is told, in milliseconds for each file. */
async function timeReads(url: string, readings: readonly Reading[], pid = process.pid) {
  const milliseconds: number[] = []
  let [next, files] = [0, 0]
  const began = performance.now()
  const cpuBefore = cpuSeconds(pid)
  await Promise.all(
    Array.from({ length: readers }, async () => {
      while (next < readings.length) {
        const given = await read(url, readings[next++]!, (time) => milliseconds.push(time))
        files += given.files
      }
    }),
  )
  return {
    perSecond: files / ((performance.now() - began) / 1000),
    cpuMilliseconds: (1000 * (cpuSeconds(pid) - cpuBefore)) / files,
    milliseconds: milliseconds.sort((a, b) => a - b),
  }
}

async function startRival({ access, blob }: { access: unknown; blob: Buffer }) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('rival/fastify.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.write(`${JSON.stringify({ access, blob: blob.toString('base64') })}\n`)
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { url, pid: child.pid!, stop: () => child.stdin.end() }
}

/** Operations through the relay, one to a request; the same with one to a transaction; and each sent by a plain client. */
async function benchRelay(patient: Actor): Promise<void> {
  const alone = operationCount / 4
  say(`signing ${2 * operationCount + alone} operations, and some to warm up`)
  const token = await tokenOf(world.city, patient)
  await timeRelay(token, await newOperations(patient, operationCount / 5))
  const relayed = await newOperations(patient, operationCount)
  say('relaying them')
  const cpuBefore = cpuOfAll()
  figures['relayOpsPerSec'] = await timeRelay(token, relayed)
  figures['relayCpuMs'] = tellShares(cpuBefore, operationCount)['gateway']!
  await timeTransactions(await newOperations(patient, operationCount / 5))
  const sent = await newOperations(patient, operationCount)
  say('sending as many in a transaction each')
  const othersBefore = cpuOfAll()
  figures['transactionOpsPerSec'] = await timeTransactions(sent)
  tellShares(othersBefore, operationCount)
  say(`relaying ${alone} in a transaction each`)
  await startCity({ relayBatchOperationsMax: 1 })
  await timeRelay(token, await newOperations(patient, alone / 5))
  const single = await newOperations(patient, alone)
  const singleBefore = cpuOfAll()
  figures['relayOneByOneOpsPerSec'] = await timeRelay(token, single)
  tellShares(singleBefore, alone)
  await startCity({})
  figures['relayRatio'] = figures['relayOpsPerSec'] / figures['relayOneByOneOpsPerSec']
  figures['relayPlainRatio'] = figures['relayOpsPerSec'] / figures['transactionOpsPerSec']
}

/** City Hospital's gateway anew, with other settings. */
async function startCity(settings: Partial<GatewayConfig>): Promise<void> {
  await parts.kill('city')
  await writeFile(join(world.folder, 'city.json'), JSON.stringify({ ...world.city.config, ...settings }))
  await parts.start('city')
}

async function newOperations(patient: Actor, count: number): Promise<SignedOperation[]> {
  const operations: SignedOperation[] = []
  for (let index = 0; index < count; index++) operations.push(await signed(patient, opening(patient)))
  return operations
}

/** Callers hand in an operation at a time, and then ask for what came of each. */
async function timeRelay(token: string, operations: readonly SignedOperation[]): Promise<number> {
  const { url } = world.city.gateway
  const bodies = operations.map((operation) => JSON.stringify({ operations: [operation] }))
  const ids: Hex[] = []
  const began = performance.now()
  await inTurns(bodies, async (body) => {
    const answer = await ask(`${url}/v1/operations`, token, body)
    ids.push(...(JSON.parse(answer.toString()) as { ids: Hex[] }).ids)
  })
  await inTurns(ids, async (id) => {
    for (;;) {
      const answer = await ask(`${url}/v1/operations/${id}?waitSeconds=20`, token)
      const { state } = JSON.parse(answer.toString()) as OperationStatus
      if (state === 'failed') throw new Error('an operation failed')
      if (state === 'applied') return
    }
  })
  return operations.length / ((performance.now() - began) / 1000)
}

/** As many at once as there are callers. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < items.length) await work(items[next++]!)
    }),
  )
}

/** Each part's time on a core so far, in seconds: all of them share the same two. */
function cpuOfAll(): Record<string, number> {
  const engine = JSON.parse(readFileSync(join(world.folder, 'chain', 'engine'), 'utf8')) as { pid: number }
  const pids = {
    client: process.pid,
    gateway: parts.pidOf('city'),
    otherGateway: parts.pidOf('lakeside'),
    chain: parts.pidOf('chain'),
    engine: engine.pid,
  }
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)]))
}

/** @returns each part's share of an operation since then, in milliseconds on a core, which is said as well. */
function tellShares(before: Record<string, number>, operations: number): Record<string, number> {
  const shares = Object.fromEntries(
    Object.entries(cpuOfAll()).map(([name, now]) => [name, (1000 * (now - before[name]!)) / operations]),
  )
  const words = Object.entries(shares).map(([name, share]) => `${name} ${share.toFixed(2)}`)
  say(`milliseconds on a core for each operation: ${words.join(', ')}`)
  return shares
}

function opening(patient: Actor) {
  return openCompartmentCall(world.deployment, randomBytes32(), 3, bytesToHex(patient.keyring.recipient))
}

/** Each sender asks what would become of an operation, and waits for its transaction before the next; 50 at once. */
async function timeTransactions(operations: readonly SignedOperation[]): Promise<number> {
  const chainId = world.deployment.chainId
  let next = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: callers }, async () => {
      const payer = privateKeyToAccount(generatePrivateKey())
      for (let nonce = 0; next < operations.length; nonce++) {
        const submit = {
          abi: intakeAbi,
          functionName: 'submit',
          args: [[toSubmission(operations[next++]!)]],
        } as const
        const address = world.deployment.intake
        const { result } = await world.rpc.simulateContract({ ...submit, address, account: payer.address })
        if (!result[0]!.applied) throw new Error('an operation would be refused')
        const data = encodeFunctionData(submit)
        const raw = await payer.signTransaction({
          type: 'legacy',
          chainId,
          to: world.deployment.intake,
          data,
          nonce,
          gas: 1_000_000n,
          gasPrice: 0n,
        })
        const hash = await world.rpc.sendRawTransaction({ serializedTransaction: raw })
        const { status } = await world.rpc
          .getTransactionReceipt({ hash })
          .catch(() => world.rpc.waitForTransactionReceipt({ hash, pollingInterval: 20 }))
        if (status !== 'success') throw new Error('a transaction failed')
      }
    }),
  )
  return operations.length / ((performance.now() - began) / 1000)
}

/** Rows of seven attributes, sealed, stored, committed and indexed. */
async function benchImport(patient: Actor, technician: Actor): Promise<void> {
  say(`importing ${importRows} rows`)
  const records = rows(importRows)
  const began = performance.now()
  const { leaves } = await fileRecords(technician, {
    patient: patient.account,
    records,
    onProgress: (done, of) => done % 2_000 === 0 && say(`${done} of ${of} rows are stored`),
  })
  while (!(await isOpen(patient, leaves.at(-1)!.record))) await sleep(50)
  figures['import10000Sec'] = ((performance.now() - began) / 1000) * (10_000 / importRows)
}

/** Whether a record can be asked for: then it is indexed. */
async function isOpen(patient: Actor, record: Hex): Promise<boolean> {
  try {
    await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT', records: [record] })
    return true
  } catch (error) {
    if (isHreError(error, 'not-found')) return false
    throw error
  }
}

/** The access log alone, with anchoring, for a minute. */
async function benchReceipts(patient: Actor, doctor: Actor): Promise<void> {
  say(`writing receipts for ${receiptSeconds} s`)
  await world.city.gateway.stop()
  world.city.gateway = await startGateway({ ...world.city.config, anchorSeconds: 5 })
  const { receipts, anchors, db } = world.city.gateway.gateway
  const body = await signRequest(doctor, { patient: patient.account, purpose: 'TREAT' })
  const before = await db.$count(tables.receipts)
  const began = performance.now()
  await Promise.all(
    Array.from({ length: readers }, async () => {
      while (performance.now() - began < receiptSeconds * 1000) {
        const request = { ...body.request, nonce: randomBytes32() }
        await receipts.append({
          request,
          requestHash: hashAccessRequest(world.deployment, request),
          signature: body.signature,
          decision: 'Permitted',
          records: [],
          at: inSeconds(0),
        })
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const written = (await db.$count(tables.receipts)) - before
  while ((await anchors.run()) > 0);
  figures['receiptsPerSec'] = written / seconds
  figures['receiptsAnchoredPerSec'] = written / ((performance.now() - began) / 1000)
}

/** FHIR resources of 2 to 4 KB. */
function resources(count: number): NewRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    body: new TextEncoder().encode(
      JSON.stringify({
        resourceType: 'Observation',
        id: `o${index}`,
        note: [{ text: 'x'.repeat(2_000 + (index % 2_000)) }],
      }),
    ),
    mediaType: 'application/fhir+json',
    compartment: 'labs',
    sensitivity: 3,
    kind: 'resource',
  }))
}

function rows(count: number): NewRecord[] {
  const classes = ['AMB', 'EMER', 'IMP', 'HH']
  return Array.from({ length: count }, (_, index) => ({
    body: new TextEncoder().encode(
      JSON.stringify({
        patient: `p${index % 1_171}`,
        gender: index % 2 ? 'female' : 'male',
        birthDate: `19${50 + (index % 50)}-0${1 + (index % 9)}-12`,
        start: `20${10 + (index % 15)}-03-1${index % 10}T21:45:04+00:00`,
        class: classes[index % 4],
        code: String(185_349_003 + (index % 40)),
        display: 'Encounter for check up (procedure)',
      }),
    ),
    mediaType: 'application/json',
    compartment: 'labs',
    sensitivity: 3,
    kind: 'resource',
  }))
}

function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]!
}

/** Time that another process and those it started spent on a core, by Linux: what a busy machine changes least. */
function cpuSeconds(pid: number): number {
  const ticks = familyOf(pid).map((one) => {
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8').replace(/.*\) /, '').split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return sum(ticks) / ticksPerSecond
}

function residentMB(pid: number): number {
  const kilobytes = familyOf(pid).map((one) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))![1]),
  )
  return sum(kilobytes) / 1024
}

function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number).flatMap(familyOf))]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}
