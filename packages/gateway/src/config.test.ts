import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { configSchema, ConfigError, loadConfig } from './config.ts'

const root = join(import.meta.dirname, '../../..')
const example = join(root, 'deploy/gateway.example.json')

test('the example configuration is one, names every field, and each is explained', async () => {
  const config = await loadConfig(example, {})
  const fields = Object.keys(configSchema.shape)
  assert.deepEqual(
    fields.filter((field) => !(field in config)),
    [],
  )
  const docs = await readFile(join(root, 'docs/operations.md'), 'utf8')
  assert.deepEqual(
    fields.filter((field) => !docs.includes(`\`${field}\``)),
    [],
  )
})

test('the environment comes first, and DATABASE_URL is understood', async () => {
  const config = await loadConfig(example, { HRE_PORT: '9000', DATABASE_URL: 'postgres://other/hre' })
  assert.deepEqual([config.port, config.databaseUrl], [9000, 'postgres://other/hre'])
  const own = await loadConfig(example, {
    HRE_DATABASE_URL: 'postgres://own/hre',
    DATABASE_URL: 'postgres://other/hre',
  })
  assert.equal(own.databaseUrl, 'postgres://own/hre')
})

test('several processes need PostgreSQL and ports of their own, and are 64 at most', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hre-config-'))
  const file = join(folder, 'gateway.json')
  const { databaseUrl, ...onPglite } = JSON.parse(await readFile(example, 'utf8')) as { databaseUrl: string }
  const withSettings = async (settings: object) => {
    await writeFile(file, JSON.stringify({ ...onPglite, ...settings }))
    return loadConfig(file, {})
  }
  const refused = (settings: object, message: RegExp) =>
    assert.rejects(withSettings(settings), (error: Error) => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, message)
      return true
    })
  try {
    assert.equal((await withSettings({ workers: 1 })).workers, 1)
    assert.equal((await withSettings({ workers: 64, databaseUrl })).workers, 64)
    // A backup of such a gateway is restored, and its start then refused.
    assert.equal(configSchema.parse({ ...onPglite, workers: 2 }).workers, 2)
    await refused({ workers: 2 }, /: workers: more than one needs PostgreSQL: set databaseUrl$/)
    await refused({ workers: 2, databaseUrl: '' }, /: workers: more than one needs PostgreSQL/)
    for (const workers of [0, 65, 1.5, 'many']) await refused({ workers, databaseUrl }, /: workers: /)
    assert.equal((await withSettings({ workers: 2, databaseUrl, operationsPort: 65_534 })).workers, 2)
    await refused(
      { workers: 3, databaseUrl, operationsPort: 65_534 },
      /: operationsPort: each of the workers/,
    )
    // Beside another field that is wrong, all the same.
    await refused({ workers: 2, port: -1 }, /port: .*workers: more than one needs PostgreSQL/)
    await refused({ workers: 0, port: -1, databaseUrl }, /port: .*workers: /)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a wrong configuration names every wrong field, and no value of one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hre-config-'))
  const file = join(folder, 'gateway.json')
  try {
    const good = JSON.parse(await readFile(example, 'utf8')) as object
    const wrong = { port: 'secret words', anchorSeconds: 0, outboundNetworks: '10.0.0.0/8,secret words' }
    await writeFile(file, JSON.stringify({ ...good, ...wrong, unknown: 1 }))
    await assert.rejects(loadConfig(file, {}), (error: Error) => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, /port: .*anchorSeconds: .*outboundNetworks: .*unknown/s)
      assert.doesNotMatch(error.message, /secret words/)
      return true
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
