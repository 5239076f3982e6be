import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const anvilBinary = join(import.meta.dirname, '../../../node_modules/.bin/anvil')

/** Why tests against a chain cannot run here, or `false`; fits the `skip` option of node:test. */
export const anvilSkipReason = existsSync(anvilBinary) ? false : 'anvil is not installed on this platform'

export interface Anvil {
  url: string
  stop(): void
}

/** Starts a chain without prices on a free port. */
export async function startAnvil(): Promise<Anvil> {
  const port = await findFreePort()
  const flags = ['--gas-price', '0', '--block-base-fee-per-gas', '0', '--silent']
  const child = spawn(anvilBinary, ['--port', String(port), ...flags], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) break
    if (await answers(url)) return { url, stop: () => void child.kill() }
    await sleep(25)
  }
  child.kill()
  throw new Error(`anvil did not answer at ${url}`)
}

async function answers(url: string): Promise<boolean> {
  try {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    return response.ok
  } catch {
    return false
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
