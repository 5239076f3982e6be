import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { toHex, type Hex } from 'viem'
import { allBlocks, call, hashOf, sendAll, Sender, temporaryFolder, type Block } from './sender.ts'

/** HRE_KILLS: how many kills. HRE_SEED: replays the choices of a run (the moments still depend on the machine). */
const KILLS = Number(process.env['HRE_KILLS'] ?? 6)
const SEED = Number(process.env['HRE_SEED'] ?? randomInt(2 ** 31))
const SENDERS = 4

test(`[H5] ${KILLS} kills at random moments under load lose nothing acknowledged and change no block`, async (t) => {
  t.diagnostic(`HRE_SEED=${SEED}`)
  const random = randomFrom(SEED)
  const dataDir = await temporaryFolder(t)
  const world = new World()
  let host = await HostProcess.start(t, dataDir)
  await host.ready
  const first = world.senders[0]!
  await call(host.url, 'eth_sendRawTransaction', [await first.deployCounter()])
  const started = performance.now()
  for (let kill = 0; kill < KILLS; kill++) {
    const load = new Load(world, () => host, random)
    await sleep(random() * 400)
    const victim = random() < 0.5 ? 'host' : 'engine'
    if (victim === 'engine') {
      await host.killEngine()
      // Sometimes the host as well, while it brings the engine back.
      if (random() < 0.3) {
        await sleep(random() * 150)
        host = await host.killAndRestart()
      }
    } else {
      host = await host.killAndRestart()
      // Sometimes again before it is ready.
      while (random() < 0.3) {
        await sleep(random() * 300)
        host = await host.killAndRestart()
      }
    }
    await host.ready
    await sleep(100)
    await load.stop()
    world.observe(await allBlocks(host.url))
  }
  t.diagnostic(`${KILLS} kills in ${((performance.now() - started) / 1000).toFixed(1)} s`)

  await host.stop()
  host = await HostProcess.start(t, dataDir)
  await host.ready
  const blocks = await allBlocks(host.url)
  world.observe(blocks)
  blocks.slice(1).forEach((block, i) => assert.equal(block.parentHash, blocks[i]!.hash))
  const mined = blocks.flatMap(({ transactions }) => transactions)
  assert.equal(new Set(mined).size, mined.length, 'no transaction is in the chain twice')
  const lost = [...world.acknowledged].filter((hash) => !mined.includes(hash))
  assert.deepEqual(lost, [], 'every acknowledged transaction is in the chain')
  const counted = Number(await call(host.url, 'eth_getStorageAt', [first.counter, toHex(1), 'latest']))
  assert.equal(counted, mined.length - 1, 'every transaction took effect once')
  t.diagnostic(`${world.acknowledged.size} acknowledged, ${mined.length} mined, ${blocks.length} blocks`)
  assert.ok(world.acknowledged.size > KILLS * 5)
  await host.stop()
})

/** What the test knows to be true for good. */
class World {
  readonly senders = Array.from({ length: SENDERS }, (_, i) => new Sender(i + 1))
  readonly acknowledged = new Set<Hex>()
  readonly #hashes: Hex[] = []

  /** A block seen once never changes and never goes. */
  observe(blocks: readonly Block[]): void {
    assert.ok(blocks.length >= this.#hashes.length, 'the chain got shorter')
    blocks.forEach(({ hash }, number) => {
      this.#hashes[number] ??= hash
      assert.equal(hash, this.#hashes[number], `block ${number} changed`)
    })
  }
}

/** Every sender sends batch after batch; after a broken connection it asks where it stands. */
class Load {
  #stopping = false
  readonly #loops: Promise<void>[]

  constructor(world: World, host: () => HostProcess, random: () => number) {
    this.#loops = world.senders.map((sender) => this.#send(sender, world, host, random))
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#loops)
  }

  async #send(sender: Sender, world: World, host: () => HostProcess, random: () => number): Promise<void> {
    while (!this.#stopping) {
      try {
        await host().ready
        sender.nonce = Number(await call(host().url, 'eth_getTransactionCount', [sender.address, 'latest']))
        for (;;) {
          const raws = await Promise.all(
            Array.from({ length: 1 + Math.floor(random() * 8) }, () => sender.count(1)),
          )
          const answers = await sendAll(host().url, raws)
          raws.forEach((raw, i) => answers[i]!.error ?? world.acknowledged.add(hashOf(raw)))
          if (this.#stopping || answers.some(({ error }) => error)) break
        }
      } catch {
        // Nobody answered: what was sent is in the chain or not, and nobody was told that it is.
        await sleep(10)
      }
    }
  }
}

class HostProcess {
  readonly ready: Promise<void>
  url = ''
  readonly #child: ChildProcess
  readonly #t: TestContext
  readonly #dataDir: string
  readonly #ended: Promise<void>

  private constructor(t: TestContext, dataDir: string) {
    this.#t = t
    this.#dataDir = dataDir
    const main = new URL('../src/main.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [
      main,
      '--data',
      dataDir,
      '--json',
      '--snapshot-transactions',
      '150',
    ])
    this.#child = child
    let words = ''
    child.stderr.on('data', (bytes: Buffer) => (words += bytes.toString()))
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()))
    this.ready = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => {
        this.url = (JSON.parse(line) as { url: string }).url
        resolve()
      })
      child.once('close', (code) => reject(new Error(`the host ended with ${code}: ${words}`)))
    })
    this.ready.catch(() => {})
  }

  static async start(t: TestContext, dataDir: string): Promise<HostProcess> {
    const host = new HostProcess(t, dataDir)
    t.after(() => host.#child.kill('SIGKILL'))
    return host
  }

  async killEngine(): Promise<void> {
    const pid = await this.#enginePid()
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }

  async killAndRestart(): Promise<HostProcess> {
    this.#child.kill('SIGKILL')
    await this.#ended
    const pid = await this.#enginePid()
    if (pid !== undefined) await assertGone(pid)
    return HostProcess.start(this.#t, this.#dataDir)
  }

  /** The engine of this moment; undefined while there is none. */
  async #enginePid(): Promise<number | undefined> {
    try {
      const { pid } = JSON.parse(await readFile(join(this.#dataDir, 'engine'), 'utf8')) as { pid: number }
      process.kill(pid, 0)
      return pid
    } catch {
      return undefined
    }
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#ended
    assert.equal(this.#child.exitCode, 0)
  }
}

async function assertGone(pid: number): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await sleep(5)) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
  }
  assert.fail(`the engine ${pid} outlived its host`)
}

/** mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
