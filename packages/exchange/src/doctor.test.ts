import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { ChainEngineMissingError } from '@hre/chain'
import { diagnose, type Finding } from './doctor.ts'
import { checkEngine } from './doctor/engine.ts'
import { checkDependencies, checkNode } from './doctor/setup.ts'
import type { ExchangeFile } from './exchange.ts'
import { writeJson, writeWhole } from './files.ts'
import { openOrCreateKey } from './keys.ts'
import { layoutOf, type Layout } from './layout.ts'

const account = `0x${'11'.repeat(20)}` as const
const deployment = {
  chainId: 72_773,
  intake: account,
  consortium: account,
  directory: account,
  consent: account,
  records: account,
  access: account,
  emergency: account,
  notary: account,
  verifiers: { p256: account, webauthn: account, rsa: account },
  block: 0,
}
/** Nobody listens there: the system gives out other ports. */
const deadPort = 1
/** Above any pid that Linux gives out. */
const deadPid = 2 ** 30

const exchangeAt = (port: number): ExchangeFile => ({
  rpcUrl: `http://127.0.0.1:${port}`,
  deployment,
  gateways: {
    'city-hospital': { name: 'City Hospital', url: `http://127.0.0.1:${port}`, account },
    'lakeside-clinic': { name: 'Lakeside Clinic', url: `http://127.0.0.1:${port}`, account },
  },
  people: {},
  pid: deadPid,
})

let folder: string
let layout: Layout

async function findings(data = folder): Promise<Finding[]> {
  const all: Finding[] = []
  for await (const finding of diagnose({ data })) all.push(finding)
  return all
}

const troubles = (all: readonly Finding[]): Finding[] => all.filter(({ state }) => state !== 'ok')

/** The set-up of the machine that runs the tests is not what is tested here. */
const ofFolder = (all: readonly Finding[]): Finding[] =>
  troubles(all).filter(
    ({ check }) =>
      !['node', 'dependencies', 'chain engine', 'contracts', 'ports', 'free space'].includes(check),
  )

describe('diagnose', () => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hre-doctor-'))
    layout = layoutOf(folder)
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('with nothing there, nothing of the folder is wrong', async () => {
    const all = await findings(join(folder, 'none'))
    assert.deepEqual(ofFolder(all), [])
    assert.match(all.find(({ check }) => check === 'data folder')!.text, /no data folder yet/)
  })

  test('a key that opens is fine; without its password, or with another, it is a problem', async () => {
    const { key, password } = layout.gateway('city-hospital')
    await openOrCreateKey(key, password)
    assert.deepEqual(ofFolder(await findings()), [])
    await writeWhole(password, 'another\n')
    assert.match(problemOf(await findings(), 'keys').text, /does not open with its password$/)
    await rm(password)
    const missing = problemOf(await findings(), 'keys')
    assert.match(missing.text, /password of .*organisation\.key\.json is missing/)
    assert.match(missing.hint!, /from a backup/)
  })

  test('damaged files are named: a key, a gateway’s configuration, the exchange file', async () => {
    const { key, password, config } = layout.gateway('city-hospital')
    await writeWhole(key, '{"not a key"')
    await writeWhole(password, 'secret-that-must-not-be-shown\n')
    await writeWhole(config, '{"name":"City Hospital"')
    await writeWhole(layout.exchange, 'null')
    const all = await findings()
    for (const check of ['keys', 'configuration of City Hospital', 'exchange file'])
      assert.match(problemOf(all, check).text, /damaged/)
    assert.doesNotMatch(JSON.stringify(all), /secret-that-must-not-be-shown/)
  })

  test('fields that are wrong in a configuration are named', async () => {
    await writeJson(layout.gateway('lakeside-clinic').config, { name: '', port: -1 })
    assert.match(
      problemOf(await findings(), 'configuration of Lakeside Clinic').text,
      /name.*port|port.*name/,
    )
  })

  test('a password that others can read is a problem', { skip: process.platform === 'win32' }, async () => {
    const { key, password } = layout.gateway('city-hospital')
    await openOrCreateKey(key, password)
    await chmod(password, 0o644)
    assert.match(problemOf(await findings(), 'permissions').text, /1 of 2 .*organisation\.password/)
  })

  test('a file in place of the folder is a problem', async () => {
    const path = join(folder, 'file')
    await writeFile(path, '')
    assert.match(problemOf(await findings(path), 'data folder').text, /not a folder/)
  })

  test('a lock that a dead process left behind is a warning, and nothing running is asked', async () => {
    await writeWhole(layout.lock, `${deadPid}\n`)
    await writeJson(layout.exchange, exchangeAt(deadPort))
    const [lock, ...others] = ofFolder(await findings())
    assert.equal(lock!.state, 'warning')
    assert.match(lock!.text, /without saying goodbye/)
    assert.deepEqual(others, [])
  })

  test('running, and nobody answers', async () => {
    await writeWhole(layout.lock, `${process.pid}\n`)
    await writeJson(layout.exchange, exchangeAt(deadPort))
    const all = await findings()
    assert.match(problemOf(all, 'chain').text, /No chain answers/)
    assert.match(problemOf(all, 'gateway of City Hospital').text, /does not answer/)
  })

  describe('with another program on the port', () => {
    let server: Server
    before(() => {
      server = createServer((_request, response) => response.end('<html>hello</html>')).listen(0, '127.0.0.1')
    })
    after(() => server.close())

    test('running: it is told from a gateway and from a chain', async () => {
      await writeWhole(layout.lock, `${process.pid}\n`)
      await writeJson(layout.exchange, exchangeAt((server.address() as AddressInfo).port))
      const all = await findings()
      assert.match(problemOf(all, 'chain').text, /No chain answers/)
      assert.match(problemOf(all, 'gateway of Lakeside Clinic').text, /Another program answers/)
    })

    test('stopped: the port is reported as taken', async () => {
      await mkdir(folder, { recursive: true })
      const { port } = server.address() as AddressInfo
      await writeJson(layout.exchange, exchangeAt(port))
      const found = (await findings()).find(({ check }) => check === 'ports')!
      assert.equal(found.state, 'warning')
      assert.match(found.text, new RegExp(`port ${port} `))
    })
  })
})

describe('the set-up', () => {
  test('an old Node is a problem', () => {
    assert.equal(checkNode('22.11.0').state, 'problem')
    assert.equal(checkNode('24.0.0').state, 'ok')
  })

  test(
    'an engine that is missing, does not run or is another version',
    { skip: process.platform === 'win32' },
    async () => {
      const checkout = await mkdtemp(join(tmpdir(), 'hre-doctor-'))
      const binary = join(checkout, 'bin/anvil')
      const engine = async (script: string) => {
        await writeWhole(binary, `#!/bin/sh\n${script}\n`)
        await chmod(binary, 0o755)
        return checkEngine(() => binary)
      }
      const missing = () => {
        throw new ChainEngineMissingError('linux x64')
      }
      assert.match((await checkEngine(missing)).text, /There is no anvil/)
      assert.equal((await engine('exit 1')).state, 'problem')
      assert.equal((await engine('echo anvil Version: 1.5.0-stable')).state, 'warning')
      assert.equal((await engine('echo anvil Version: 1.7.3-stable')).state, 'ok')
      await rm(checkout, { recursive: true })
    },
  )

  test('packages that are missing or of another version are named; other platforms’ may be missing', async () => {
    const checkout = await mkdtemp(join(tmpdir(), 'hre-doctor-'))
    await writeJson(join(checkout, 'package-lock.json'), {
      packages: {
        '': {},
        'node_modules/here': { version: '1.0.0' },
        'node_modules/elsewhere': { version: '1.0.0', optional: true },
        'node_modules/@hre/linked': { link: true },
      },
    })
    await writeJson(join(checkout, 'node_modules/here/package.json'), { version: '1.0.0' })
    assert.equal((await checkDependencies(checkout)).state, 'ok')
    await writeJson(join(checkout, 'node_modules/here/package.json'), { version: '0.9.0' })
    assert.match((await checkDependencies(checkout)).text, /here 0\.9\.0 instead of 1\.0\.0/)
    await rm(join(checkout, 'node_modules/here'), { recursive: true })
    assert.match((await checkDependencies(checkout)).text, /here is missing/)
    await rm(checkout, { recursive: true })
  })
})

function problemOf(all: readonly Finding[], check: string): Finding {
  const found = all.find((finding) => finding.check === check && finding.state === 'problem')
  assert.ok(found, `no problem of ${check} in ${JSON.stringify(all)}`)
  assert.ok(found.hint, 'a problem says what to do')
  return found
}
