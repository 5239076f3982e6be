import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const unitFile = join(root, 'deploy/hre-gateway.service')
/** Of ten, in systemd's own judgement of what the service could do to its machine if somebody else ran in it; it says 3.0. */
const exposureMax = 3.1

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

test('the unit is sound, and confined', { skip: hasSystemd ? false : 'no systemd-analyze' }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hre-unit-'))
  try {
    // The checkout stands where this one is.
    const unit = join(folder, 'hre-gateway.service')
    await writeFile(unit, (await readFile(unitFile, 'utf8')).replaceAll('/opt/hre/', root))
    const analyze = (...args: string[]) => spawnSync('systemd-analyze', [...args, unit], { encoding: 'utf8' })
    const verified = analyze('verify')
    assert.deepEqual([verified.status, verified.stderr], [0, ''])
    const security = analyze('security', '--offline=true', '--no-pager', `--threshold=${exposureMax * 10}`)
    assert.equal(security.status, 0, security.stdout + security.stderr)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('what the example configuration writes to is what the unit lets it write to', async () => {
  const unit = await readFile(unitFile, 'utf8')
  const config = JSON.parse(await readFile(join(root, 'deploy/gateway.example.json'), 'utf8')) as Record<
    string,
    string
  >
  const writable = [
    `/var/lib/${/^StateDirectory=(\S+)$/m.exec(unit)![1]}`,
    ...[...unit.matchAll(/^ReadWritePaths=-?(\S+)$/gm)].map(([, path]) => path!),
  ]
  for (const field of ['dataDir', 'blobsDir', 'storyFile'])
    assert.ok(
      writable.some((folder) => `${config[field]}/`.startsWith(`${folder}/`)),
      `${field}: ${config[field]}`,
    )
  assert.match(unit, /^ProtectSystem=strict$/m)
})

test('attack: an image is made where an exchange ran, and the keys in `data` come with it', async () => {
  const ignored = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n')
  // What git leaves out holds keys, records and what is built here.
  const local = (await readFile(join(root, '.gitignore'), 'utf8')).split('\n').filter((line) => line !== '')
  const bare = (pattern: string) => pattern.replace(/^\*\*\/|^\/|\/$/g, '').replace(/^\/|\/$/g, '')
  const names = new Set(ignored.map(bare))
  assert.deepEqual(
    local.filter((pattern) => !names.has(bare(pattern))),
    [],
  )
  assert.ok(names.has('.git'))
})
