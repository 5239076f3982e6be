import { organisations, type OrganisationId } from '@hre/testkit'
import { wishedPorts, type ExchangeFile } from '../exchange.ts'
import { readIfThere } from '../files.ts'
import type { Layout } from '../layout.ts'
import { isAlive } from '../lock.ts'
import { freePort } from '../ports.ts'
import { ok, warning, type Finding } from './finding.ts'

/** Is somebody using the folder? @returns whether a living process holds it. */
export async function* checkLock({ lock }: Layout): AsyncGenerator<Finding, boolean> {
  const text = await readIfThere(lock).catch(() => undefined)
  if (text === undefined) {
    yield ok('running', 'The exchange is not running')
    return false
  }
  const pid = Number(text)
  if (isAlive(pid)) {
    yield ok('running', `The exchange is running as process ${pid}`)
    return true
  }
  yield warning(
    'running',
    'The exchange ended without saying goodbye',
    'Start it again: the next start takes the folder over, and nothing that was accepted is lost',
  )
  return false
}

/** While it does not run: are its ports free? A start takes others when they are not. */
export async function* checkPorts(exchange: ExchangeFile | undefined): AsyncGenerator<Finding> {
  const wanted: [string, number][] = [['the chain', portOf(exchange?.rpcUrl) ?? wishedPorts.chain]]
  for (const id of Object.keys(organisations) as OrganisationId[])
    wanted.push([organisations[id].name, portOf(exchange?.gateways[id].url) ?? wishedPorts[id]])
  const taken = []
  for (const [whose, port] of wanted) if ((await freePort(port)) !== port) taken.push(`${port} (${whose})`)
  yield taken.length === 0
    ? ok('ports', `Ports ${wanted.map(([, port]) => port).join(', ')} are free`)
    : warning(
        'ports',
        `Another program uses port ${taken.join(', ')}`,
        'A start takes another port and says which; stop the other program to keep the addresses',
      )
}

function portOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : Number(new URL(url).port) || undefined
}
