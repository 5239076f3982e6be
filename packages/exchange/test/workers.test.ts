import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { GatewayConfig } from '@hre/gateway'
import { randomBytes32 } from '@hre/vault'
import { freePort } from '../src/ports.ts'
import { startPart, type Part } from '../src/processes.ts'
import { postgresMissing, startPostgres, type Postgres } from './postgres.ts'
import { startWorld, tokenOf, type World } from './world.ts'

const program = fileURLToPath(new URL('../../gateway/src/main.ts', import.meta.url))
const patienceMilliseconds = 60_000
/** Connections are dealt out in turn; a process that is busy is passed over. */
const connectionsMax = 20

interface Ready {
  url: string
}

describe('one gateway as several processes', { skip: postgresMissing }, () => {
  let postgres: Postgres
  let world: World
  let config: GatewayConfig
  let token: string
  let part: Part<Ready>
  before(async () => {
    postgres = await startPostgres()
    world = await startWorld({ newDatabase: () => postgres.newDatabase() })
    const { url } = world.city.gateway
    await world.city.gateway.stop()
    config = {
      ...world.city.config,
      port: Number(new URL(url).port),
      publicUrl: url,
      workers: 2,
      operationsPort: await freePair(),
      databaseConnections: 4,
      logLevel: 'warn',
    }
    part = await start()
    token = await tokenOf(world.city, world.city.actor)
  })
  after(async () => {
    await part?.stop()
    await world?.stop()
    await postgres?.remove()
  })

  async function start(settings: Partial<GatewayConfig> = {}, name = 'city'): Promise<Part<Ready>> {
    const file = join(world.folder, `${name}.json`)
    await writeFile(file, JSON.stringify({ ...config, ...settings }))
    return startPart<Ready>({ name, program, args: ['--config', file], logs: join(world.folder, 'logs') })
  }
  /** Processes that have this configuration in their command line. */
  const running = (name: string) =>
    spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line.includes(join(world.folder, `${name}.json`)))
  const logOf = (name: string) => readFile(join(world.folder, 'logs', `${name}.log`), 'utf8')

  const operationsUrl = (worker: number) => `http://127.0.0.1:${config.operationsPort! + worker}`
  const isReady = async (worker: number) =>
    (await fetch(`${operationsUrl(worker)}/health/ready`).catch(() => undefined))?.status === 200
  /** Lists of sessions that this process answered. */
  async function listedBy(worker: number): Promise<number> {
    const text = await (await fetch(`${operationsUrl(worker)}/metrics`)).text()
    const line = /^hre_http_requests_total\{method="GET",route="\/v1\/sessions",code="200"\} (\d+)$/m
    return Number(line.exec(text)?.[1] ?? 0)
  }
  /** By a connection of its own, with the session that was opened at first. */
  async function listSessions(agent?: Agent): Promise<number> {
    const asked = ask('GET', '/v1/sessions', {}, agent)
    asked.end()
    return statusOf(asked)
  }
  function ask(
    method: string,
    path: string,
    headers: Record<string, string | number> = {},
    agent: Agent | false = false,
  ): ClientRequest {
    const authorization = `Bearer ${token}`
    return request(`${config.publicUrl}${path}`, { method, agent, headers: { authorization, ...headers } })
  }
  /** Until each process has answered once more. */
  async function listAtEach(): Promise<void> {
    const counts = () => Promise.all([listedBy(0), listedBy(1)])
    const earlier = await counts()
    const areServed = async () => (await counts()).every((count, worker) => count > earlier[worker]!)
    for (let connection = 1; !(await areServed()); connection++) {
      assert.ok(connection <= connectionsMax, 'one process has all connections')
      assert.equal(await listSessions(), 200)
    }
  }

  test('both answer at the one address, and a session opened through one is good at the other', async () => {
    assert.equal(part.ready.url, config.publicUrl)
    assert.equal((await workersOf(part.pid)).size, 2)
    assert.deepEqual([await isReady(0), await isReady(1)], [true, true])
    await listAtEach()
  })

  test('kill -9 of a worker: the address answers on, and it is started again', async () => {
    for (const worker of [1, 0]) {
      const earlier = await workersOf(part.pid)
      const said = (await logOf('city')).length
      process.kill(earlier.get(worker)!, 'SIGKILL')
      const line = await until(async () =>
        (await logOf('city'))
          .slice(said)
          .split('\n')
          .find((text) => text.includes('ended and is started again')),
      )
      const { level, gateway, signal, ...rest } = JSON.parse(line) as Record<string, unknown>
      assert.deepEqual([level, gateway, signal, rest['worker']], [40, 'City Hospital', 'SIGKILL', worker])
      for (let connection = 0; connection < connectionsMax; connection++)
        assert.equal(await listSessions(), 200)
      await until(() => isReady(worker))
      const later = await workersOf(part.pid)
      assert.notEqual(later.get(worker), earlier.get(worker))
      assert.equal(later.get(1 - worker), earlier.get(1 - worker))
      // It answers at its own port before it listens at the shared one.
      await until(async () => {
        await listSessions()
        return (await listedBy(worker)) > 0
      })
    }
  })

  test('kill -9 of the first process: none is left, and the gateway starts again at the same port', async () => {
    assert.equal(running('city').length, 3)
    process.kill(part.pid, 'SIGKILL')
    await part.ended
    await until(() => running('city').length === 0)
    part = await start()
    assert.equal(part.ready.url, config.publicUrl)
    await listAtEach()
  })

  for (const [title, target] of [
    ['of the first process', (pid: number) => pid],
    ['of all of them at once, as of a terminal and of systemd', (pid: number) => -pid],
  ] as const)
    test(`SIGTERM ${title}: what is under way is answered, and all end with code 0`, async () => {
      const underWay = await Promise.all(
        Array.from({ length: 4 }, async () => {
          // On a connection that was used before, as a proxy's are.
          const agent = new Agent({ keepAlive: true, maxSockets: 1 })
          await listSessions(agent)
          const body = JSON.stringify({ account: world.city.actor.account, callerNonce: randomBytes32() })
          const headers = {
            'content-type': 'application/json',
            'content-length': body.length,
            expect: '100-continue',
          }
          const asked = ask('POST', '/v1/challenges', headers, agent)
          asked.flushHeaders()
          await once(asked, 'continue')
          return { asked, body }
        }),
      )
      process.kill(target(part.pid), 'SIGTERM')
      await until(async () => !(await isListening(config.port)))
      const statuses = underWay.map(({ asked, body }) => {
        asked.end(body)
        return statusOf(asked)
      })
      assert.deepEqual(await Promise.all(statuses), [200, 200, 200, 200])
      assert.equal(await part.ended, 0)
      assert.deepEqual(running('city'), [])
      assert.doesNotMatch(await logOf('city'), /did not stop cleanly/)
      part = await start()
    })

  test('the port is taken at first, and both come to share it', async () => {
    await part.stop()
    const holder = createServer().listen(config.port, '127.0.0.1')
    await once(holder, 'listening')
    const starting = start()
    try {
      // It has tried by then, and tries on.
      await until(() => isReady(0))
    } finally {
      holder.close()
    }
    part = await starting
    await listAtEach()
  })

  test('the chain is away: none can start, the start ends with an error and leaves no process', async () => {
    const rpcUrl = `http://127.0.0.1:${await freePort(0)}`
    const ports = { port: 0, operationsPort: 0 }
    await assert.rejects(start({ ...ports, rpcUrl }, 'chainless'), { code: 'process-failed' })
    assert.match(
      await logOf('chainless'),
      /chain does not answer[^]*one of its processes ended before it answered/,
    )
    assert.deepEqual(running('chainless'), [])
  })

  test('one of them cannot start: the start ends with an error and leaves no process', async () => {
    const operationsPort = await freePair()
    const holder = createServer().listen(operationsPort + 1, '127.0.0.1')
    await once(holder, 'listening')
    try {
      await assert.rejects(start({ port: 0, operationsPort }, 'crowded'), { code: 'process-failed' })
    } finally {
      holder.close()
    }
    assert.match(await logOf('crowded'), /EADDRINUSE[^]*one of its processes ended before it answered/)
    assert.deepEqual(running('crowded'), [])
  })
})

/** Two ports in a row. */
async function freePair(): Promise<number> {
  for (;;) {
    const port = await freePort(0)
    if (port < 65_535 && (await freePort(port + 1)) === port + 1) return port
  }
}

/** @returns what `find` found at last. */
async function until<Found>(find: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
  for (const deadline = Date.now() + patienceMilliseconds; Date.now() < deadline; await sleep(50)) {
    const found = await find()
    if (found) return found
  }
  return assert.fail(`not so within ${patienceMilliseconds} ms: ${String(find)}`)
}

/** Without a word to whoever listens there. */
async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED')
    return false
  } finally {
    socket.destroy()
  }
}

async function statusOf(asked: ClientRequest): Promise<number> {
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  await answer.resume().toArray()
  return answer.statusCode!
}

/** The processes that a process has started, by their numbers. */
async function workersOf(pid: number): Promise<Map<number, number>> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number)
  return new Map(
    await Promise.all(
      children.map(async (child): Promise<[number, number]> => {
        const variables = (await readFile(`/proc/${child}/environ`, 'utf8')).split('\0')
        const number = variables.find((variable) => variable.startsWith('HRE_WORKER_NUMBER='))!
        return [Number(number.split('=')[1]), child]
      }),
    ),
  )
}
