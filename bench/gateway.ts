// What a gateway does per second on this machine, client and server on the same cores: `node bench/gateway.ts`, or with `--json`
// for a program to read. Each figure stands beside a rival of the same run. HRE_BENCH_SCALE makes it shorter (0.1) or longer,
// HRE_BENCH_PARTS names what is measured (reads,relay,import,receipts), HRE_BENCH_DATABASE=postgresql gives the gateway a PostgreSQL
// server beside it in place of the embedded database on its own thread.
//
// A read is one sealed file in the hands of its reader, under a decision and a receipt. `read...` is how a chart is read: a signed request
// names ten records, which are decided on and receipted together, and each of their files is decided on anew; the reader is one of a
// hundred doctors with accounts of their own, who ask for one thing after the other. `singleRead...` is the dearest way, a signed request and
// a receipt for each file. Times are those of each answer, a request's or a file's, with all hundred asking without a pause: at so many
// answers a second nobody can wait less, on average, than a hundred divided by them. The rival is the same Fastify that gives the same
// answers to the same requests and does nothing else.
//
// `relay...` is what callers see of the relay: an operation each, 50 at a time, checked against the chain, in SQL before it is accepted, asked
// about until it is applied. The rival is a plain client that sends each operation in a transaction of its own and waits for its
// receipt, 50 at a time: it asks the chain first what would become of it, as the relay does, and keeps nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway, tables } from '@hre/gateway'
import {
  hashAccessRequest,
  intakeAbi,
  isHreError,
  openCompartmentCall,
  toSubmission,
  type SignedOperation,
} from '@hre/protocol'
import {
  compartmentIds,
  fileRecords,
  grantAccess,
  requestAccess,
  signRequest,
  waitForAll,
  type Actor,
  type NewRecord,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { bytesToHex, encodeFunctionData, type Hex } from 'viem'
import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts'
import { Parts } from '../packages/exchange/test/parts.ts'
import { startPostgres } from '../packages/exchange/test/postgres.ts'
import { inSeconds, signed, startWorld, tokenOf } from '../packages/exchange/test/world.ts'

const scale = Number(process.env['HRE_BENCH_SCALE'] ?? 1)
const readers = 100
const recordsPerChart = 10
const chartReadCount = Math.round(1_000 * scale)
const singleReadCount = Math.round(4_000 * scale)
const operationCount = Math.round(2_000 * scale)
const receiptSeconds = 60 * scale
const importRows = Math.round(10_000 * scale)
/** Of Linux on every machine that Node runs on. */
const ticksPerSecond = 100
const measured = (process.env['HRE_BENCH_PARTS'] ?? 'reads,relay,import,receipts').split(',')
const goal = {
  readRatio: 0.4,
  readP95Ms: 50,
  relayRatio: 5,
  receiptsPerSec: 2_000,
  import10000Sec: 60,
  memoryDriftPct: 10,
}

const agent = new Agent({ keepAlive: true, maxSockets: readers })
const figures: Record<string, number> = {}
const say = (text: string) => process.stderr.write(`bench: ${text}\n`)

const postgres = process.env['HRE_BENCH_DATABASE'] === 'postgresql' ? await startPostgres() : undefined
// City Hospital's alone, which is the one that is measured.
const databases = postgres ? [await postgres.newDatabase(), ''] : ['', '']
const world = await startWorld({
  newDatabase: async () => databases.shift()!,
  anonymousPerMinute: 10_000_000,
  accountPerMinute: 10_000_000,
  puzzleFromPerSecond: 1e9,
  relayQueuePerSenderMax: 100_000,
  relayQueueMax: 100_000,
})
const parts = new Parts(world)
try {
  const patient = await world.newPatient()
  const technician = await world.newMember(world.city, 'lab technician')
  const doctor = await world.newMember(world.city, 'doctor')
  await parts.takeOver()
  if (measured.includes('reads')) await benchReads(patient, technician)
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
}

async function benchReads(patient: Actor, technician: Actor): Promise<void> {
  say('filing what is read')
  const { leaves } = await fileRecords(technician, { patient: patient.account, records: resources(200) })
  const records = leaves.map(({ record }) => record)
  say(`${readers} doctors come to work`)
  const doctors = await newReaders(patient)
  const pid = parts.pidOf('city')
  const memoryBefore = residentMB(pid)
  for (const { prefix, count, perRequest } of [
    { prefix: 'singleRead', count: singleReadCount, perRequest: 1 },
    { prefix: 'read', count: chartReadCount, perRequest: recordsPerChart },
  ]) {
    say(`signing ${count} requests for ${perRequest} of the records`)
    const readings = await signReadings(doctors, patient, count + readers + 1, (index) =>
      Array.from(
        { length: perRequest },
        (_, place) => records[(index * perRequest + place) % records.length]!,
      ),
    )
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
  figures['memoryDriftPct'] = (100 * (residentMB(pid) - memoryBefore)) / memoryBefore
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

async function signReadings(
  doctors: readonly Reader[],
  patient: Actor,
  count: number,
  recordsOf: (index: number) => Hex[],
): Promise<Reading[]> {
  const readings: Reading[] = []
  for (let index = 0; index < count; index++) {
    const { actor, token } = doctors[index % doctors.length]!
    const wish = { patient: patient.account, purpose: 'TREAT', records: recordsOf(index) } as const
    readings.push({ token, body: JSON.stringify(await signRequest(actor, wish)) })
  }
  return readings
}

/** @param told - of each answer's time, in milliseconds. */
async function read(
  url: string,
  { token, body }: Reading,
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
  let blob: Buffer = Buffer.alloc(0)
  for (const { leaf } of access.records)
    blob = await timed(`/v1/blobs/${leaf.content}?receipt=${access.receipt.index}`)
  return { access, blob, files: access.records.length }
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
          if (response.statusCode === 200 || response.statusCode === 201) resolve(answer)
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

/** Operations through the relay, one to a request, against one transaction for each. */
async function benchRelay(patient: Actor): Promise<void> {
  say(`signing ${operationCount} operations`)
  const operations: SignedOperation[] = []
  for (let index = 0; index < operationCount; index++)
    operations.push(await signed(patient, opening(patient)))
  const half = operations.length / 2
  say('relaying half of them')
  const ids: Hex[] = []
  const pid = parts.pidOf('city')
  const cpuBefore = cpuSeconds(pid)
  let next = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (next < half) {
        const operation = operations[next++]!
        ids.push(
          ...(await patient.session.call('submitOperations', { body: { operations: [operation] } })).ids,
        )
      }
    }),
  )
  await waitForAll(patient, ids)
  figures['relayOpsPerSec'] = half / ((performance.now() - began) / 1000)
  figures['relayCpuMs'] = (1000 * (cpuSeconds(pid) - cpuBefore)) / half
  say('sending the others in a transaction each')
  figures['transactionOpsPerSec'] = await timeTransactions(operations.slice(half))
  figures['relayRatio'] = figures['relayOpsPerSec'] / figures['transactionOpsPerSec']
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
    Array.from({ length: 50 }, async () => {
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

/** Time that another process spent on a core, by Linux: what a busy machine changes least. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Of another process, by Linux. */
function residentMB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
