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
