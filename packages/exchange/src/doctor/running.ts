import { GatewayClient } from '@hre/client'
import { isHreError, limits } from '@hre/protocol'
import { connectChain } from '@hre/sdk'
import type { Block, PublicClient } from 'viem'
import type { ExchangeFile } from '../exchange.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

const lagBlocksMax = 5
const recentSeconds = 10 * 60
const answerMilliseconds = 5000
const restart = 'Stop the exchange and start it again; nothing that was accepted is lost'

/** The chain: answering, the right one, with the contracts on it, and on the same clock as we. */
export async function* checkChain({ rpcUrl, deployment }: ExchangeFile): AsyncGenerator<Finding> {
  const chain = connectChain(rpcUrl)
  const answer = await Promise.all([chain.getChainId(), chain.getBlock()]).catch(() => undefined)
  if (!answer) {
    yield problem('chain', `No chain answers at ${rpcUrl}`, restart)
    return
  }
  const [chainId, block] = answer
  if (chainId !== deployment.chainId) {
    yield problem(
      'chain',
      `Another chain answers at ${rpcUrl}: its id is ${chainId}, not ${deployment.chainId}`,
      'Stop the other program on that port, then start the exchange again',
    )
    return
  }
  yield ok('chain', `The chain answers at ${rpcUrl}, at block ${block.number}`)
  yield await checkCode(chain, deployment)
  yield* checkClock(block)
}

async function checkCode(chain: PublicClient, deployment: ExchangeFile['deployment']): Promise<Finding> {
  const names = ['intake', 'directory', 'consent', 'records', 'access'] as const
  const missing: string[] = []
  for (const name of names)
    if (!(await chain.getCode({ address: deployment[name] }).catch(() => undefined))) missing.push(name)
  return missing.length === 0
    ? ok('deployment', `All ${names.length} contracts are on the chain`)
    : problem(
        'deployment',
        `The chain does not have ${missing.join(', ')}`,
        'The chain and the gateways’ configuration are of different exchanges: restore the data folder as a whole',
      )
}

/** A wrong clock makes signed requests too old or from the future (A1). An idle chain's last block says nothing. */
function* checkClock({ timestamp }: Pick<Block, 'timestamp'>): Generator<Finding> {
  const aheadSeconds = Number(timestamp) - Math.floor(Date.now() / 1000)
  if (-aheadSeconds > recentSeconds) return
  yield aheadSeconds > limits.accessRequestAheadSecondsMax
    ? problem(
        'clock',
        `The last block is ${aheadSeconds} seconds ahead of this machine’s clock`,
        'Set the clock (NTP); requests signed with a wrong one are refused',
      )
    : ok('clock', 'This machine’s clock agrees with the last block')
}

/** Each gateway: alive, ready, whose it says it is, and near the head of the chain. */
export async function* checkGateways({ gateways }: ExchangeFile): AsyncGenerator<Finding> {
  for (const { name, url, account } of Object.values(gateways)) {
    const check = `gateway of ${name}`
    const client = new GatewayClient({ baseUrl: url, timeoutMilliseconds: answerMilliseconds })
    try {
      await client.call('getHealth', {})
      const { organisation } = await client.call('getExchange', {})
      if (organisation !== account) {
        yield problem(check, `${url} is the gateway of another organisation`, restart)
        continue
      }
      await client.call('getReady', {})
      yield ok(check, `${name} answers at ${url} and is ready`)
      const { chainBlock, followedBlock } = await client.call('getStatus', {})
      const lag = (chainBlock ?? followedBlock) - followedBlock
      if (lag > lagBlocksMax)
        yield warning(
          check,
          `${name} is ${lag} blocks behind the chain`,
          'Wait a minute; its log says if it is stuck',
        )
    } catch (error) {
      yield problem(check, failureOf(error, name, url), restart)
    }
  }
}

function failureOf(error: unknown, name: string, url: string): string {
  if (isHreError(error, 'chain-unavailable')) return `${name} answers at ${url}, but cannot reach the chain`
  // It answered, and not as a gateway does.
  if (isHreError(error, 'internal') || (isHreError(error) && 'status' in error.data))
    return `Another program answers at ${url}, where ${name} should`
  return `${name} does not answer at ${url}`
}
