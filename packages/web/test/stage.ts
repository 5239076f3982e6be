import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pages } from '../src/index.ts'

/** As strict as a gateway's (packages/gateway/src/http/server.ts): what the page must live with. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export interface Activity {
  at: number
  block: number | null
  what: string
  transaction: string | null
}

/** What the stage answers; a test changes it while the page looks. */
export interface Scene {
  status: Record<string, unknown> & { name: string; activity: Activity[] }
  organisations: { account: string; kind: number; country: string; endpoint: string | null }[]
  steps: Record<string, unknown>[]
  /** Answer everything but the page's own files with this. */
  failure: 'none' | 'hang up' | 503 | 429
  asked: number
}

export interface Stage {
  url: string
  scene: Scene
  stop(): Promise<void>
}

/** A gateway made of cardboard: the page's files, and answers of the right form. */
export async function startStage(scene: Scene): Promise<Stage> {
  const server = createServer((request, response) => {
    void answer(scene, request.url ?? '/', response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    scene,
    stop: () => stop(server),
  }
}

async function answer(scene: Scene, path: string, response: ServerResponse): Promise<void> {
  response.setHeader('content-security-policy', contentSecurityPolicy)
  response.setHeader('x-content-type-options', 'nosniff')
  const page = pages.find((candidate) => candidate.path === path)
  if (page) {
    response.setHeader('content-type', page.type)
    response.end(await readFile(page.file))
    return
  }
  scene.asked++
  const { failure, status, organisations, steps } = scene
  if (failure === 'hang up') {
    response.destroy()
    return
  }
  const [own] = organisations
  const answers: Record<string, unknown> = {
    '/v1/status': status,
    '/v1/organisations': { organisations },
    '/v1/exchange': { name: status.name, organisation: own?.account, version: '0.1.0', deployment },
    '/story': { steps },
  }
  response.statusCode = failure === 'none' ? (answers[path] ? 200 : 404) : failure
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(answers[path] ?? {}))
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

const bytes = (digit: string, count: number): string => `0x${digit.repeat(count * 2)}`
const hash = (seed: number): string =>
  `0x${Array.from({ length: 64 }, (_, index) => ((seed * 31 + index * 7) % 16).toString(16)).join('')}`

const deployment = {
  chainId: 72_773,
  intake: bytes('a', 20),
  consortium: bytes('b', 20),
  directory: bytes('b', 20),
  consent: bytes('c', 20),
  records: bytes('d', 20),
  access: bytes('e', 20),
  emergency: bytes('f', 20),
  notary: bytes('1', 20),
  verifiers: { p256: bytes('2', 20), webauthn: bytes('3', 20), rsa: bytes('4', 20) },
  block: 5,
}

/** A gateway on an ordinary morning. */
export function ordinaryScene(now = Math.floor(Date.now() / 1000)): Scene {
  const event = (ago: number, block: number, what: string): Activity => ({
    at: now - ago,
    block,
    what,
    transaction: hash(block),
  })
  const step = (name: string, text: string, proof: Record<string, unknown>, milliseconds: number) => ({
    step: name,
    ok: true,
    text,
    proof,
    milliseconds,
  })
  return {
    failure: 'none',
    asked: 0,
    status: {
      name: 'City Hospital',
      chainBlock: 31,
      followedBlock: 31,
      organisations: 2,
      patients: 1,
      members: 6,
      records: 237,
      grantsActive: 9,
      receipts: 11,
      refusals: 2,
      anchors: 3,
      queued: 0,
      activity: [
        event(4, 31, 'An organisation anchored 8 access receipts'),
        event(9, 30, '1 record was committed in one batch'),
        event(10, 29, 'A patient changed the key of a compartment (epoch 2)'),
        event(10, 29, 'A patient revoked a grant'),
        event(21, 26, 'A patient gave a grant'),
        event(26, 25, '236 records were committed in one batch'),
        ...Array.from({ length: 9 }, () => event(33, 24, 'A patient gave a grant')),
        event(40, 23, 'An account was registered'),
        event(41, 22, 'An organisation attested a patient'),
        event(44, 21, 'An organisation added a member in the role auditor'),
        event(52, 8, 'A hospital in IN was admitted'),
      ],
    },
    organisations: [
      { account: bytes('1', 20), kind: 1, country: 'IN', endpoint: null },
      { account: bytes('2', 20), kind: 1, country: 'IN', endpoint: 'http://127.0.0.1:3002' },
    ],
    steps: [
      step(
        'people',
        'City Hospital admits Lakeside Clinic; doctors, a lab technician, an auditor and a patient join, each with keys that only they hold',
        { block: 24, directory: bytes('b', 20), people: 7 },
        3100,
      ),
      step(
        'seal',
        'City Hospital seals 236 records on its own machine and commits them in one batch',
        { transaction: hash(25), block: 25, records: 236, sealedBytes: 629_411 },
        2400,
      ),
      step(
        'refused-before',
        'Lakeside’s doctor asks for the chart and is refused: nobody granted it',
        { answer: 'not-found', record: hash(3) },
        61,
      ),
      step(
        'grant',
        'The patient lets Lakeside’s doctor see the laboratory results for 24 hours, for treatment',
        { transaction: hash(26), block: 26, compartment: hash(4) },
        130,
      ),
      step(
        'open',
        'She opens 90 records; each is byte for byte what City Hospital wrote, and nothing else of the chart is open to her',
        { contentId: hash(5), receipt: 2, opened: 90 },
        1900,
      ),
      step(
        'revoke',
        'The patient takes the permission back, and the key of that part of the chart changes',
        { transaction: hash(29), block: 29 },
        140,
      ),
    ],
  }
}
