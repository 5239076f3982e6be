import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { environmentOf, isProgress, mask, nodeArguments, replay, runHre, type Desk } from './replay.ts'

const transcripts = join(import.meta.dirname, 'transcripts')
const files = join(import.meta.dirname, 'files')
const names = (await readdir(transcripts)).filter((name) => /^[1-9].*\.txt$/.test(name)).sort()
const update = process.env['HRE_UPDATE'] === '1'

describe('the command line as its users see it', () => {
  let desk: Desk
  let exchange: ChildProcess
  let said = ''

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hre-transcripts-'))
    desk = { folder, data: join(folder, 'exchange') }
    for (const name of await readdir(files)) await copyFile(join(files, name), join(folder, name))
    exchange = spawn(process.execPath, [...nodeArguments, 'start', '--import', 'ana.json'], {
      cwd: folder,
      env: environmentOf(desk),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ready = new Promise<void>((resolve, reject) => {
      exchange.stdout!.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (said.includes('Press Ctrl-C')) resolve()
      })
      exchange.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text))
      exchange.once('exit', (code) => reject(new Error(`hre start ended with ${code}:\n${said}`)))
    })
    await ready.catch(async (error: Error) => {
      const logs = join(desk.data, 'logs')
      for (const name of await readdir(logs).catch((): string[] => []))
        error.message += `\n${name}:\n${(await readFile(join(logs, name), 'utf8')).slice(-1500)}`
      throw error
    })
  })

  after(async () => {
    if (exchange.exitCode === null && exchange.signalCode === null) {
      exchange.kill('SIGTERM')
      await once(exchange, 'exit')
    }
    await rm(desk.folder, { recursive: true, force: true })
  })

  test('0-start.txt', async () => {
    const lines = mask(said, desk)
      .split('\n')
      .filter((line) => !isProgress(line))
    await assertTranscript('0-start.txt', `$ hre start --import ana.json\n${lines.join('\n').trimEnd()}\n`)
  })

  for (const name of names)
    test(name, async () => {
      const transcript = await readFile(join(transcripts, name), 'utf8')
      await assertTranscript(name, await replay(transcript, desk))
    })

  test('[E5] a file in the clear is shown to be what was recorded; another, or another salt, is refused', async () => {
    const as = ['--as', 'patient-1']
    const listed = await runHre(desk, ['records', 'patient-1', ...as, '--json'])
    const { record } = JSON.parse(listed.output).records[0] as { record: string }
    await runHre(desk, ['prove', record, '--patient', 'patient-1', ...as, '--out', 'hashlock.json'])
    await runHre(desk, ['open', 'patient-1', record, ...as, '--out', 'clear'])
    const file = join('clear', `${record.slice(0, 10)}.json`)
    const verify = (...more: string[]) => runHre(desk, ['verify', 'hashlock.json', '--file', ...more])
    const good = await verify(file)
    assert.equal(good.code, 0, good.output)
    assert.match(good.output, /file +is what was recorded/)
    const text = await readFile(join(desk.folder, file), 'utf8')
    await writeFile(join(desk.folder, 'other.json'), `${text} `)
    await writeFile(join(desk.folder, 'other.salt'), `0x${'00'.repeat(32)}\n`)
    for (const wrong of [
      ['other.json', '--salt', `${file}.salt`],
      [file, '--salt', 'other.salt'],
    ]) {
      const { output, code } = await verify(...wrong)
      assert.equal(code, 1)
      assert.match(output, /the file is not what was recorded, or not with this salt/)
      // Neither the contents nor the salt are repeated.
      assert.ok(!output.includes(text.slice(0, 40)))
    }
    assert.equal((await verify(file, '--salt', file)).code, 2)
  })

  test('with --json every answer is JSON and nothing else', async () => {
    for (const line of ['status', 'people', 'grants --as ana', 'records ana --as ana', 'log --as ana']) {
      const { output, code } = await runHre(desk, [...line.split(' '), '--json'])
      assert.equal(code, 0, output)
      const answer = JSON.parse(output) as object
      assert.ok(Object.keys(answer).length > 0)
    }
  })

  test('the doctor finds nothing wrong with a running exchange', async () => {
    const { output } = await runHre(desk, ['doctor', '--json'])
    const findings = output
      .trim()
      .split('\n')
      .filter((line) => !isProgress(line))
      .map((line) => JSON.parse(line) as { check: string; state: string; text: string })
    // The others are of this machine, not of the exchange.
    const ofExchange = findings.slice(findings.findIndex(({ check }) => check === 'permissions'))
    assert.deepEqual(
      ofExchange.filter(({ state }) => state !== 'ok'),
      [],
    )
    assert.deepEqual(
      ofExchange.map(({ check }) => check),
      [
        'permissions',
        'configuration of City Hospital',
        'configuration of Lakeside Clinic',
        'exchange file',
        'keys',
        'running',
        'chain',
        'deployment',
        'clock',
        'gateway of City Hospital',
        'gateway of Lakeside Clinic',
      ],
    )
  })

  test('notifications --follow tells what comes as it comes, and ends cleanly on Ctrl-C', async () => {
    const args = [...nodeArguments, 'notifications', '--as', 'ana', '--follow', '--json']
    const follower = spawn(process.execPath, args, {
      cwd: desk.folder,
      env: environmentOf(desk),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [told, noted] = ['', '']
    follower.stdout.setEncoding('utf8').on('data', (text: string) => (told += text))
    const waits = new Promise<void>((resolve, reject) => {
      follower.stderr.setEncoding('utf8').on('data', (text: string) => {
        noted += text
        if (noted.includes('Waiting for more')) resolve()
      })
      follower.once('exit', () => reject(new Error(`it ended: ${noted}`)))
    })
    await waits
    const before = told.length
    const asked = await runHre(desk, ['records', 'ana', '--as', 'ravi'])
    assert.equal(asked.code, 1, asked.output)
    const deadline = Date.now() + 60_000
    while (!told.includes('access-refused', before) && Date.now() < deadline) await sleep(50)
    const ended = once(follower, 'exit')
    follower.kill('SIGINT')
    assert.deepEqual(await ended, [0, null])
    assert.match(noted, /Stopped\.\n$/)
    const rows = told
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; organisation: string; id: number })
    assert.ok(rows.some(({ kind }) => kind === 'grant-made'))
    assert.equal(rows.at(-1)!.kind, 'access-refused')
    // Each gateway's in its order, each once.
    for (const own of Map.groupBy(rows, ({ organisation }) => organisation).values())
      assert.deepEqual(
        own.map(({ id }) => id),
        [...new Set(own.map(({ id }) => id))].sort((one, other) => one - other),
      )
  })

  test('Ctrl-C ends it cleanly, and then the commands say that it is not running', async () => {
    const ended = once(exchange, 'exit')
    exchange.kill('SIGINT')
    assert.deepEqual(await ended, [0, null])
    assert.match(said, /Stopping; what was accepted is kept \.\.\.\nStopped\.\n$/)
    assert.deepEqual(await runHre(desk, ['status']), {
      output:
        'hre: error: No exchange is running on this data folder\nhint: Start one with `npm start`, or name its folder with --data\n',
      code: 3,
    })
  })
})

async function assertTranscript(name: string, actual: string): Promise<void> {
  const path = join(transcripts, name)
  if (update) await writeFile(path, actual)
  assert.equal(inNoOrder(actual), inNoOrder(await readFile(path, 'utf8').catch(() => '')))
}

/** What two hospitals logged within one second has no order, and the moments are masked: each run of log lines as a set. */
const inNoOrder = (text: string): string =>
  text.replace(
    /(?:^[✓✗!] {1,2}<moment> .*\n?)+/gmu,
    (lines) => lines.trimEnd().split('\n').sort().join('\n') + '\n',
  )
