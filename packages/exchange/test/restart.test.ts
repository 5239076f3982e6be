import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isAlive } from '../src/lock.ts'

const program = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url))

interface Line {
  step?: string
  ok?: boolean
  text?: string
  event?: string
  [key: string]: unknown
}

/** A whole exchange as its own processes, through the command that people use. */
describe('the exchange as processes', () => {
  let data: string
  let child: ChildProcess
  let lines: Line[]
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'hre-restart-'))
    await start()
  })
  after(async () => {
    if (child.exitCode === null && child.signalCode === null) await end('SIGTERM')
    await rm(data, { recursive: true, force: true })
  })

  async function start(): Promise<void> {
    lines = []
    child = spawn(process.execPath, [program, 'start', '--json', '--data', data], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    for await (const text of createInterface({ input: child.stdout! })) {
      const line = JSON.parse(text) as Line
      lines.push(line)
      if (line.event === 'ready') return
    }
    assert.fail(`ended before it was ready: ${JSON.stringify(lines.at(-1))}`)
  }
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    child.kill(signal)
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  }
  const hre = (...args: string[]) => {
    const { stdout, status } = spawnSync(process.execPath, [program, ...args, '--json', '--data', data], {
      encoding: 'utf8',
    })
    return {
      status,
      answers: stdout
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line),
    }
  }
  /** Processes of this exchange: everything that has its folder in its command line. */
  const processes = () =>
    spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line.includes(data) && !line.includes(' ps '))

  test('the first start tells the story, every step as it should', () => {
    const steps = lines.filter(({ step }) => step)
    assert.ok(steps.length >= 12)
    assert.deepEqual(
      steps.filter(({ ok }) => !ok),
      [],
    )
  })

  test('logs, story and addresses name nobody and hold no secret', async () => {
    const files = [
      join(data, 'story.jsonl'),
      ...(await readdir(join(data, 'logs'))).map((name) => join(data, 'logs', name)),
    ]
    const passwords = await Promise.all(
      (await readdir(join(data, 'people')))
        .filter((name) => name.endsWith('.password'))
        .map(async (name) => (await readFile(join(data, 'people', name), 'utf8')).trim()),
    )
    assert.ok(passwords.length > 5)
    for (const file of files) {
      const text = await readFile(file, 'utf8')
      for (const name of ['Ana', 'Sharma', 'Mehta', 'Osei', 'Kaur', 'Iyer', '1958', ...passwords])
        assert.equal(text.includes(name), false, `${file} holds something that is nobody’s business`)
    }
  })

  test(
    'attack: another user of the machine reads keys or passwords',
    { skip: process.platform === 'win32' && 'no file modes' },
    async () => {
      const listing = spawnSync('find', [data, '-type', 'f', '-perm', '/077', '-not', '-path', '*/sql/*'], {
        encoding: 'utf8',
      }).stdout
      const exposed = listing.split('\n').filter((path) => /key|password|journal|snapshot|blobs/.test(path))
      assert.deepEqual(exposed, [])
    },
  )

  test('kill -9 of the whole exchange: nothing stays behind, and everything is back', async () => {
    const granted = hre('grant', 'dr-osei', 'labs', '--as', 'ana')
    assert.equal(granted.status, 0)
    const before = hre('records', 'ana', '--as', 'dr-osei')
    assert.equal(before.status, 0)
    await end('SIGKILL')
    const deadline = Date.now() + 20_000
    while (processes().length > 0 && Date.now() < deadline) await sleep(100)
    assert.deepEqual(processes(), [])
    await start()
    assert.deepEqual(
      lines.filter(({ step }) => step),
      [],
    )
    const after = hre('records', 'ana', '--as', 'dr-osei')
    assert.equal(after.answers.length, before.answers.length)
  })

  test('a second exchange on the same folder is refused', () => {
    const { status, answers } = hre('start', '--once')
    assert.equal(status, 75)
    assert.match(JSON.stringify(answers), /data-in-use/)
    assert.equal(isAlive(child.pid!), true)
  })

  test('one gateway dies: the exchange says so and ends, and the next start is whole', async () => {
    const gateway = processes().find((line) => line.includes('lakeside-clinic'))!
    process.kill(Number(gateway.trim().split(' ')[0]), 'SIGKILL')
    const [code] = (await once(child, 'exit')) as [number]
    assert.notEqual(code, 0)
    await start()
    assert.equal(hre('records', 'ana', '--as', 'dr-osei').status, 0)
  })

  test('Ctrl-C ends everything, cleanly', async () => {
    assert.equal(await end('SIGINT'), 0)
    assert.deepEqual(processes(), [])
  })
})
