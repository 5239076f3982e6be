import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { dumpRows, openDatabase } from '@hre/gateway'
import {
  eraseCall,
  setAttributesCall,
  type Deployment,
  type RecordKind,
  type SignedOperation,
} from '@hre/protocol'
import {
  acceptInvitation,
  allowCountries,
  approveAsGuardian,
  closeEmergency,
  collectReleases,
  compartmentIds,
  connect,
  connectChain,
  contestEmergency,
  declareEmergency,
  emergencyWords,
  fileRecords,
  findByCard,
  findByNumber,
  grantAccess,
  inviteMember,
  invitePatient,
  keepPatientNumber,
  listGrants,
  makeEmergencyCard,
  markForEmergency,
  nameGuardians,
  openRecords,
  protectKeys,
  readAccessLog,
  recallKeys,
  recordsOfChart,
  register,
  requestAccess,
  reviewEmergency,
  revokeAccess,
  settleEmergencies,
  startRecovery,
  submit,
  vetoRecovery,
  voteAdmission,
  type Actor,
  type NewRecord,
} from '@hre/sdk'
import { generateChart } from '@hre/testkit'
import { createRecoveryPhrase, createRootSeed, openKeyring } from '@hre/vault'
import { openOrCreateKey } from '../../src/keys.ts'
import { freePort } from '../../src/ports.ts'
import { startPart, type Part } from '../../src/processes.ts'
import { deploy, inSeconds, refusal } from '../world.ts'
import { Finder, type Secret } from './traces.ts'

const program = (name: string) => fileURLToPath(new URL(`../../../${name}/src/main.ts`, import.meta.url))

/** Where the hospitals write. */
type House = 'city' | 'lakeside'
const houses: readonly House[] = ['city', 'lakeside']

const ana = { name: 'Amrita Kaurwalia', birthDate: '1971-03-29' }
const told = {
  'patient name': ana.name,
  'family name': 'Kaurwalia',
  'date of birth': ana.birthDate,
  'another date of birth': '29.03.1971',
  telephone: '+91 98155 20417',
  address: 'Kucha Mohar Singh 14, Amritsar',
  'national number': 'ABHA 91-7204-5567-3310',
  'hospital number': 'MRN-5582097-K',
  'free text': 'She fears that her brother-in-law hears of the abortion in 1994.',
  'document text': 'Discharge letter: suicidal thoughts since Diwali, no plan.',
  'study text': 'Portosystemic shunt, left kidney absent',
  'segment text': 'Arrhythmia while climbing Triund on foot',
  'staff name': 'Dr Gurnoor Bhattarai',
  'emergency words': 'Found unconscious behind the gurdwara, smells of acetone.',
  'emergency report': 'The ambulance sheet agrees with what was declared that night.',
  'emergency statement': 'I was awake the whole time and said no to everybody.',
  password: 'correct-horse battery staple of Amritsar',
} as const
/** What a gateway's database may hold in plain words: its page shows who works there, and words about emergencies are for those who judge them. */
const keptByDesign = [
  'staff name',
  'emergency words',
  'emergency report',
  'emergency statement',
  // The address that an administrator gave, and nothing of the secret that signs.
  'webhook path',
]

/**
 * A day of the exchange, through gateways that are processes of their own and log all they ever log; then every file, log, block and
 * figure is searched for whatever the day was about.
 */
describe('logs, chain and figures are free of personal data and secrets', { timeout: 600_000 }, () => {
  let folder: string
  let rpcUrl: string
  let deployment: Deployment
  let patient: Actor
  let system: Server | undefined
  const parts: Part<unknown>[] = []
  const stages = {} as Record<House, { url: string; operationsUrl: string; config: string; actor: Actor }>
  const secrets: Secret[] = Object.entries(told).map(([what, value]) => ({ what, value }))
  const refusals: string[] = []
  /** By gateway. */
  const newestTokens = new Map<string, string>()
  const realFetch = globalThis.fetch

  const logs = () => join(folder, 'logs')
  const keep = <Value extends string | Uint8Array>(what: string, value: Value): Value => {
    secrets.push({ what, value })
    return value
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hre-privacy-'))
    globalThis.fetch = noted
    await startParts()
    await liveADay()
  })
  after(async () => {
    globalThis.fetch = realFetch
    system?.closeAllConnections()
    system?.close()
    for (const part of parts.splice(0).reverse()) await part.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** Every token that crosses the wire is a secret, and every refusal is kept for the search. */
  const noted: typeof fetch = async (input, init) => {
    const response = await realFetch(input, init)
    if (response.headers.get('content-type')?.includes('json')) {
      const text = await response.clone().text()
      if (response.status >= 400) refusals.push(text)
      for (const [, what, value] of text.matchAll(/"(token|refreshToken)":"([^"]{16,})"/g)) {
        keep(what!, value!)
        if (what === 'token') newestTokens.set(new URL(response.url).origin, value!)
      }
    }
    return response
  }

  async function startParts(): Promise<void> {
    const chain = await startPart<{ url: string }>({
      name: 'chain',
      program: program('chain'),
      args: ['--data', join(folder, 'chain'), '--snapshot-transactions', '40', '--json'],
      logs: logs(),
    })
    parts.push(chain)
    rpcUrl = chain.ready.url
    const keyOf = (house: House) =>
      openOrCreateKey(join(folder, `${house}.key.json`), join(folder, `${house}.password`))
    const seeds = { city: await keyOf('city'), lakeside: await keyOf('lakeside') }
    deployment = await deploy(rpcUrl, seeds.city)
    for (const house of houses) {
      const operationsPort = await freePort(0)
      const config = join(folder, `${house}.json`)
      await writeFile(
        config,
        JSON.stringify({
          name: house,
          dataDir: join(folder, house),
          rpcUrl,
          deployment,
          keyFile: join(folder, `${house}.key.json`),
          keyPasswordFile: join(folder, `${house}.password`),
          operationsPort,
          anchorSeconds: 1,
          outboundNetworks: '127.0.0.0/8',
          integrityHours: 0.001,
          replicationHours: 0.001,
          logLevel: 'debug',
        }),
      )
      const gateway = await startPart<{ url: string }>({
        name: house,
        program: program('gateway'),
        args: ['--config', config],
        logs: logs(),
      })
      parts.push(gateway)
      const { url } = gateway.ready
      const actor = await connect({ gatewayUrl: url, rootSeed: seeds[house] })
      noteKeys(`the key of ${house}`, seeds[house])
      stages[house] = { url, operationsUrl: `http://127.0.0.1:${operationsPort}`, config, actor }
    }
    const { city, lakeside } = stages
    await voteAdmission(city.actor, {
      organisation: lakeside.actor.account,
      kind: 'hospital',
      country: 'IN',
    })
    await register(lakeside.actor)
  }

  function noteKeys(what: string, rootSeed: Uint8Array): void {
    const { signingKey, recipientSeed } = openKeyring(rootSeed)
    keep(`${what}: root seed`, rootSeed)
    keep(`${what}: signing key`, signingKey)
    keep(`${what}: recipient seed`, recipientSeed)
  }

  async function newPerson(what: string, house: House): Promise<Actor & { rootSeed: Uint8Array }> {
    const rootSeed = createRootSeed()
    noteKeys(what, rootSeed)
    return { ...(await connect({ gatewayUrl: stages[house].url, rootSeed })), rootSeed }
  }
  async function newStaff(role: Parameters<typeof inviteMember>[1]['role'], house: House): Promise<Actor> {
    const actor = await newPerson(role, house)
    const { secret } = await inviteMember(stages[house].actor, { role, name: told['staff name'] })
    keep('invitation', secret)
    await acceptInvitation(actor, secret)
    const licensed = setAttributesCall(deployment, actor.account, {
      specialty: 0n,
      licensedUntil: inSeconds(1e6),
    })
    await submit(stages[house].actor, [licensed])
    return actor
  }

  async function liveADay(): Promise<void> {
    const { city } = stages
    const person = await newPerson('patient', 'city')
    patient = person
    const { secret, salt } = await invitePatient(city.actor, told['hospital number'])
    keep('invitation', secret)
    keep('salt of the identity', salt)
    await acceptInvitation(patient, secret)
    for (const compartment of Object.values(compartmentIds(patient)))
      keep('epoch seed', patient.keyring.epochSeed(compartment, 1))
    await hearFailingly()
    const technician = await newStaff('lab technician', 'city')
    const doctor = await newStaff('doctor', 'lakeside')
    const stranger = await newStaff('doctor', 'lakeside')
    const cityDoctor = await newStaff('doctor', 'city')
    const auditor = await newStaff('auditor', 'city')

    await fileRecords(technician, { patient: patient.account, records: recordsOfAllKinds() })
    await allowCountries(patient, { countries: ['IN'], readingAbroad: 'never' })
    await keepPatientNumber(cityDoctor, {
      patient: patient.account,
      system: 'urn:example:city',
      value: told['hospital number'],
    })
    await findByNumber(cityDoctor, { system: 'urn:example:city', value: told['hospital number'] })
    await share(doctor, stranger)
    await breakTheGlass(stranger, auditor)
    await protect(person, [doctor, stranger])
    await eraseOne()
    await sendNonsense(doctor)
    await readAccessLog(patient)
    assert.ok((await patient.session.call('listNotifications', { query: {} })).notifications.length > 0)
    await everyFigure()
  }

  /** The hospital's own system is told by a secret address, and answers with what should not be logged. */
  async function hearFailingly(): Promise<void> {
    system = createServer((_request, response) => response.writeHead(500).end(told['free text']))
    system.listen(0, '127.0.0.1')
    await once(system, 'listening')
    const { port } = system.address() as AddressInfo
    const path = keep('webhook path', 'hook-7f3kq-of-ward-seven')
    const url = `http://127.0.0.1:${port}/${path}`
    const { secret } = await stages.city.actor.session.call('createWebhook', { body: { url } })
    keep('webhook secret', secret)
  }

  function recordsOfAllKinds(): NewRecord[] {
    const chart = generateChart(20_411, ana)
    for (const resource of chart.resources) notePersonal(resource)
    const [first] = chart.resources as unknown as Record<string, unknown>[]
    first!['telecom'] = [{ system: 'phone', value: told.telephone }]
    first!['address'] = [{ text: told.address }]
    first!['identifier'] = [{ system: 'urn:example:abha', value: told['national number'] }]
    const note = {
      resourceType: 'ClinicalImpression',
      status: 'completed',
      subject: { reference: `Patient/${String(first!['id'])}` },
      note: [{ text: told['free text'] }],
    }
    const of = (kind: RecordKind, mediaType: string, text: string): NewRecord => ({
      body: new TextEncoder().encode(text),
      mediaType,
      compartment: 'labs',
      sensitivity: 5,
      kind,
    })
    return [
      ...recordsOfChart(chart.resources),
      of('resource', 'application/fhir+json', JSON.stringify(note)),
      of('bundle', 'application/fhir+json', JSON.stringify({ resourceType: 'Bundle', entry: [note] })),
      of('document', 'application/pdf', `%PDF-1.7 ${told['document text']}`),
      of('image study', 'application/dicom', `DICM ${told['study text']}`),
      of('vitals segment', 'application/octet-stream', told['segment text']),
    ]
  }

  /** Names, numbers, places and words of a chart; codes are everybody's. */
  function notePersonal(value: unknown, name = ''): void {
    const personal = ['family', 'line', 'city', 'birthDate', 'value', 'text', 'div', 'description']
    if (typeof value === 'string' && value.length >= 6 && personal.includes(name))
      keep(`chart: ${name}`, value)
    else if (Array.isArray(value)) for (const item of value) notePersonal(item, name)
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) if (key !== 'coding') notePersonal(inner, key)
  }

  const openAll = async (
    by: Actor,
    ...of: Parameters<typeof openRecords> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    let opened = 0
    for await (const _record of openRecords(by, ...of)) opened++
    return opened
  }

  async function share(doctor: Actor, stranger: Actor): Promise<void> {
    const compartments = [compartmentIds(patient).labs, compartmentIds(patient).summary]
    const wish = { patient: patient.account, purpose: 'TREAT' as const }
    await grantAccess(patient, {
      reader: doctor.account,
      compartments,
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    assert.ok((await openAll(doctor, await requestAccess(doctor, wish))) > 3)
    await assert.rejects(requestAccess(stranger, wish), refusal('not-found'))
    await revokeAccess(patient, { reader: doctor.account, compartments: [compartmentIds(patient).summary] })
    assert.ok((await listGrants(patient)).length > 0)
    for (const compartment of compartments) keep('epoch seed', patient.keyring.epochSeed(compartment, 2))
  }

  async function breakTheGlass(doctor: Actor, auditor: Actor): Promise<void> {
    const trustees = houses.map((house) => stages[house].actor.account)
    await markForEmergency(patient, { compartments: [compartmentIds(patient).labs], trustees, threshold: 2 })
    const { text } = await makeEmergencyCard(patient, 'city.example')
    keep('emergency card', text)
    assert.equal(await findByCard(doctor, text), patient.account)
    const { emergency } = await declareEmergency(doctor, {
      patient: patient.account,
      reason: 'unresponsive',
      words: told['emergency words'],
    })
    const { keys } = await collectReleases(doctor, patient.account)
    const access = await requestAccess(doctor, { patient: patient.account, purpose: 'ETREAT' })
    assert.ok((await openAll(doctor, access, { emergency: keys })) > 0)
    const { declaration } = emergency
    await closeEmergency(doctor, declaration)
    const words = told['emergency report']
    await reviewEmergency(auditor, { declaration, outcome: 'justified', words })
    await contestEmergency(patient, { declaration, words: told['emergency statement'] })
    assert.equal((await emergencyWords(patient, declaration)).reason?.text, told['emergency words'])
    await settleEmergencies(patient)
  }

  async function protect(person: Actor & { rootSeed: Uint8Array }, guardians: Actor[]): Promise<void> {
    const { rootSeed } = person
    const phrase = keep('recovery phrase', createRecoveryPhrase())
    const words = phrase.split(' ')
    for (let at = 0; at + 3 <= words.length; at++)
      keep('three words of the phrase', words.slice(at, at + 3).join(' '))
    const password = { kind: 'password', password: told.password } as const
    await protectKeys(person, { rootSeed, secrets: [password, { kind: 'phrase', phrase }] })
    const { url } = stages.city
    await recallKeys({ gatewayUrl: url, account: person.account, secret: password })
    const wrong = { kind: 'password', password: keep('wrong password', 'Kaurwalia-29-March') } as const
    await assert.rejects(recallKeys({ gatewayUrl: url, account: person.account, secret: wrong }))
    const accounts = guardians.map(({ account }) => account)
    await nameGuardians(person, { rootSeed, guardians: accounts, threshold: 2 })
    const started = await startRecovery(url, person.account)
    noteKeys('recovered patient', started.rootSeed)
    for (const guardian of guardians) await approveAsGuardian(guardian, started.words)
    await vetoRecovery(person)
  }

  async function eraseOne(): Promise<void> {
    const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    const { organisation, leaf, proof } = access.records[0]!
    await submit(patient, [eraseCall(deployment, { organisation, leaf, proof })])
  }

  /** What is malformed, misplaced or impossible, each with something personal in it. */
  async function sendNonsense(doctor: Actor): Promise<void> {
    const { url } = stages.city
    const authorization = `Bearer ${newestTokens.get(url)}`
    const headers = { 'content-type': 'application/json', authorization }
    const nonsense = Object.values(told)
    for (const text of nonsense) {
      const name = encodeURIComponent(text)
      const body = JSON.stringify({ account: text, callerNonce: text, name: text, operations: [text] })
      await fetch(`${url}/v1/patients/${name}/compartments?name=${name}`, { headers })
      await fetch(`${url}/${name}`, { method: 'PROPFIND', headers: { authorization: `Bearer ${name}` } })
      for (const path of ['/v1/challenges', '/v1/operations', '/v1/sessions', '/v1/keystore/openings'])
        for (const sent of [body, body.slice(0, -2)])
          await fetch(`${url}${path}`, { method: 'POST', headers, body: sent })
    }
    await fetch(`${url}/${told.address.repeat(400)}`).catch(() => {})
    // What PostgreSQL cannot store, past every schema: a fault of ours, that is logged.
    const number = { system: 'urn:example:city', value: `${told['hospital number']}\u0000` }
    await doctor.session.call('findByNumber', { body: number }).catch(() => {})
    const operation = { operation: { data: `0x${Buffer.from(told['free text']).toString('hex')}` } }
    await doctor.session.client
      .call('submitOperations', { body: { operations: [operation as unknown as SignedOperation] } })
      .catch(() => {})
  }

  /** Both gateways' figures; then the chain goes away, and they are asked on. */
  async function everyFigure(): Promise<void> {
    const { city } = stages
    const figures: string[] = []
    for (const { operationsUrl } of Object.values(stages))
      figures.push(await (await fetch(`${operationsUrl}/metrics`)).text())
    await writeFile(join(folder, 'metrics.txt'), figures.join('\n'))
    await writeFile(join(folder, 'blocks.json'), await everyBlock())
    await parts[0]!.stop()
    const wish = { patient: patient.account, purpose: 'PATRQT' as const }
    await assert.rejects(requestAccess(patient, wish), refusal('chain-unavailable'))
    await assert.rejects(
      city.actor.session.call('submitOperations', { body: { operations: [] } }),
      refusal('bad-request'),
    )
    for (const part of parts.splice(0).reverse()) await part.stop()
    await writeFile(join(folder, 'refusals.txt'), refusals.join('\n'))
  }

  async function everyBlock(): Promise<string> {
    const chain = connectChain(rpcUrl)
    const last = await chain.getBlockNumber()
    const found: unknown[] = [await chain.getLogs({ fromBlock: 0n, toBlock: last })]
    for (let blockNumber = 0n; blockNumber <= last; blockNumber++)
      found.push(await chain.getBlock({ blockNumber, includeTransactions: true }))
    return JSON.stringify(found, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  }

  const filesIn = async (...path: string[]): Promise<string[]> => {
    const entries = await readdir(join(folder, ...path), { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  }
  const tracesIn = async (files: readonly string[], finder: Finder, except?: (what: string) => boolean) => {
    const found = []
    for (const file of files)
      found.push(...finder.tracesIn(file.slice(folder.length), await readFile(file), except))
    return found
  }
  const unique = () =>
    new Map(secrets.map((secret) => [Buffer.from(secret.value as string).toString('hex'), secret]))

  test('the search would find: a name in a log line, and who dealt with whom, which the chain does hold', async () => {
    const [log] = await filesIn('logs')
    const finder = new Finder(secrets)
    const planted = Buffer.concat([
      await readFile(log!),
      Buffer.from(`{"msg":"x ${ana.name.toUpperCase()}"}`),
    ])
    assert.ok(finder.tracesIn('log', planted).length > 0)
    const pseudonym = new Finder([{ what: 'account', value: Buffer.from(patient.account.slice(2), 'hex') }])
    for (const files of [await filesIn('chain'), [join(folder, 'blocks.json')]])
      assert.ok((await tracesIn(files, pseudonym)).length > 0)
    assert.ok(unique().size > 150)
  })

  test('attack: whoever reads the logs learns a name, a number, a word, a key or a token', async () => {
    const files = await filesIn('logs')
    assert.deepEqual(files.map((file) => file.split('/').at(-1)).sort(), [
      'chain.log',
      'city.log',
      'lakeside.log',
    ])
    const text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('')
    // There is something to find anything in.
    assert.match(text, /"code":"chain-unavailable"/)
    assert.deepEqual(await tracesIn(files, new Finder([...unique().values()])), [])
  })

  test('attack: whoever reads the figures, or an answer that refuses', async () => {
    const files = [join(folder, 'metrics.txt'), join(folder, 'refusals.txt')]
    assert.ok(refusals.length > 100)
    assert.deepEqual(await tracesIn(files, new Finder([...unique().values()])), [])
  })

  test('attack: whoever runs a node of the chain', async () => {
    const files = [join(folder, 'blocks.json'), ...(await filesIn('chain'))]
    assert.deepEqual(await tracesIn(files, new Finder([...unique().values()])), [])
  })

  test('attack: a thief of the disk reads sealed files, or any other file beside the database', async () => {
    const files = (await Promise.all(houses.map((house) => filesIn(house)))).flat()
    const beside = files.filter((file) => !file.includes('/sql/'))
    assert.ok(beside.length > 60)
    assert.deepEqual(await tracesIn(beside, new Finder([...unique().values()])), [])
  })

  test('attack: a thief of the database: rows, and what its files still hold of deleted ones', async () => {
    const finder = new Finder([...unique().values()])
    const byDesign = (what: string) => keptByDesign.includes(what)
    const raw = new Finder(secrets.filter(({ what }) => what in told))
    for (const house of houses) {
      const dataDir = join(folder, house)
      const { db, close } = await openDatabase({ dataDir })
      let rows = 0
      const found = []
      for await (const { table, lines } of dumpRows(db)) {
        rows += lines.split('\n').length - 1
        found.push(...finder.tracesIn(`${house}.${table}`, lines, byDesign))
      }
      await close()
      assert.ok(rows > 100)
      assert.deepEqual(found, [])
      assert.deepEqual(await tracesIn(await filesIn(house, 'sql'), raw, byDesign), [])
    }
  })
})
