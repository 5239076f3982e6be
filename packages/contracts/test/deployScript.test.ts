/** `npm run deploy` against a chain of its own, killed between creations, and against code that somebody changed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { toHex } from 'viem'
import type { Deployment } from '@hre/protocol'
import { anvilSkipReason, startAnvil } from './anvil.ts'
import type { Anvil } from './anvil.ts'

const script = join(import.meta.dirname, '../scripts/deploy.ts')
const key = `5e`.repeat(32)
const founder = {
  signer: toHex(0x05e1, { size: 20 }),
  recipient: toHex(new Uint8Array(1216).fill(7)),
  kind: 'hospital',
  country: 'CH',
  endpoint: 'https://north.example',
}

describe('the deploy script', { skip: anvilSkipReason }, () => {
  let anvil: Anvil
  let folder: string
  before(async () => {
    anvil = await startAnvil()
    folder = await mkdtemp(join(tmpdir(), 'hre-deploy-'))
    await writeFile(join(folder, 'founders.json'), JSON.stringify([founder]))
    await writeFile(join(folder, 'key'), key)
  })
  after(async () => {
    anvil.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const out = () => join(folder, 'deployment.json')
  const deploy = (
    options: { rpc?: string; chainId?: string; env?: NodeJS.ProcessEnv; more?: string[] } = {},
  ) => {
    const { rpc = anvil.url, chainId = '31337', env = { HRE_DEPLOYER_KEY: key }, more = [] } = options
    const flags = ['--rpc', rpc, '--chain-id', chainId, '--founders', join(folder, 'founders.json')]
    const { HRE_DEPLOYER_KEY: _inherited, ...inherited } = process.env
    const child = spawn(process.execPath, [script, ...flags, '--out', out(), ...more], {
      env: { ...inherited, ...env },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text))
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }))
    return { child, ended }
  }
  const rpc = async (method: string, ...params: unknown[]) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(anvil.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    return ((await response.json()) as { result: unknown }).result
  }
  const isKeyShown = (said: string) => said.includes(key)

  test('another chain than was meant is refused before anything is sent', async () => {
    const { code, said } = await deploy({ chainId: '1' }).ended
    assert.equal(code, 2, said)
    assert.match(said, /is chain 31337, not 1/)
    assert.equal(await rpc('eth_blockNumber'), '0x0')
  })

  test('a key that is missing or broken is refused and not repeated', async () => {
    assert.match((await deploy({ env: {} }).ended).said, /no key/)
    const { code, said } = await deploy({ env: { HRE_DEPLOYER_KEY: `${key}99` } }).ended
    assert.equal(code, 2)
    assert.equal(isKeyShown(said), false)
  })

  test('killed between creations it goes on where it stopped, and writes the file at the end alone', async () => {
    // Stands before the chain, and kills the script after so many transactions.
    let left = 4
    const carry = async (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      if (body.includes('eth_sendRawTransaction') && left-- === 0) victim.child.kill('SIGKILL')
      if (left < 0) return void response.destroy()
      const answer = await fetch(anvil.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      response.setHeader('content-type', 'application/json').end(await answer.text())
    }
    const gate = createServer((request, response) => void carry(request, response))
    gate.listen(0, '127.0.0.1')
    await once(gate, 'listening')
    const victim = deploy({ rpc: `http://127.0.0.1:${(gate.address() as AddressInfo).port}` })
    await victim.ended
    gate.closeAllConnections()
    gate.close()
    assert.equal(victim.child.signalCode, 'SIGKILL')
    assert.equal(existsSync(out()), false)
    const { code, said } = await deploy({ env: {}, more: ['--key-file', join(folder, 'key')] }).ended
    assert.equal(code, 0, said)
    assert.equal(said.match(/^found /gm)?.length, 4)
    assert.equal(said.match(/^created /gm)?.length, 10)
    assert.equal(isKeyShown(said), false)
  })

  test('again: finds everything, sends nothing and writes the same file', async () => {
    const [file, block] = [await readFile(out(), 'utf8'), await rpc('eth_blockNumber')]
    const { code, said } = await deploy().ended
    assert.equal(code, 0, said)
    assert.equal(said.match(/^found /gm)?.length, 14)
    assert.equal(await readFile(out(), 'utf8'), file)
    assert.equal(await rpc('eth_blockNumber'), block)
  })

  test('attack: code at one of the addresses was changed', async () => {
    const file = await readFile(out(), 'utf8')
    const { notary } = JSON.parse(file) as Deployment
    const code = (await rpc('eth_getCode', notary, 'latest')) as string
    await rpc('anvil_setCode', notary, `${code.slice(0, -2)}00`)
    const refused = await deploy().ended
    assert.equal(refused.code, 1)
    assert.match(refused.said, /DeploymentMismatchError: Notary/)
    assert.equal(await readFile(out(), 'utf8'), file)
    await rpc('anvil_setCode', notary, code)
    assert.equal((await deploy().ended).code, 0)
  })

  test('a deployment file of another chain is not overwritten', async () => {
    const file = await readFile(out(), 'utf8')
    const other = JSON.stringify({ ...(JSON.parse(file) as Deployment), chainId: 5 })
    await writeFile(out(), other)
    const { code, said } = await deploy().ended
    assert.equal(code, 2, said)
    assert.equal(await readFile(out(), 'utf8'), other)
  })
})
