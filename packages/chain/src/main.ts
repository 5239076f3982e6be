import { parseArgs } from 'node:util'
import { ChainError, startChain, type ChainEvent } from './index.ts'

const USAGE = `usage: node packages/chain/src/main.ts --data DIR [--port N] [--chain-id N] [--block-gas-limit N]
       [--snapshot-transactions N] [--json]
Runs the embedded chain until SIGTERM or SIGINT. With --json: one line of JSON when ready, others on stderr.`

try {
  await main()
} catch (error) {
  const isOurs = error instanceof ChainError
  process.stderr.write(`chain: error: ${isOurs ? error.message : String(error)}\n`)
  if (isOurs) process.stderr.write(`hint: ${error.hint}\n`)
  process.exitCode = isOurs && error.retry === 'later' ? 75 : 1
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      'chain-id': { type: 'string' },
      'block-gas-limit': { type: 'string' },
      'snapshot-transactions': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help || !values.data) {
    process.stdout.write(`${USAGE}\n`)
    process.exitCode = values.help ? 0 : 2
    return
  }
  let failed: unknown
  const chain = await startChain({
    dataDir: values.data,
    ...number('port', values.port),
    ...number('chainId', values['chain-id']),
    ...number('blockGasLimit', values['block-gas-limit']),
    ...number('snapshotTransactions', values['snapshot-transactions']),
    onEvent: (event) => {
      if (event.type === 'failed') failed = event.error
      process.stderr.write(values.json ? `${JSON.stringify(forLog(event))}\n` : `chain: ${describe(event)}\n`)
    },
  })
  const { blockNumber, enginePid, isolation } = chain.stats()
  const ready = {
    ready: true,
    url: chain.url,
    chainId: chain.chainId,
    pid: process.pid,
    enginePid,
    blockNumber,
    isolation,
  }
  process.stdout.write(
    values.json ? `${JSON.stringify(ready)}\n` : `chain: ${chain.url} at block ${blockNumber}\n`,
  )
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void chain.stop())
  // A supervisor that dies without a word closes our standard input.
  if (process.env['HRE_SUPERVISED']) process.stdin.resume().once('end', () => void chain.stop())
  await chain.ended
  process.stdin.destroy()
  if (failed !== undefined) throw failed
}

function number<Name extends string>(name: Name, text: string | undefined): Partial<Record<Name, number>> {
  return text === undefined ? {} : ({ [name]: Number(text) } as Record<Name, number>)
}

function describe(event: ChainEvent): string {
  if (event.type === 'replaying')
    return `replaying ${event.doneTransactions} of ${event.totalTransactions} transactions`
  if (event.type === 'recovering') return `bringing the engine back: ${event.cause}`
  return event.type === 'warning' ? `warning: ${event.message}` : `failed: ${String(event.error)}`
}

function forLog(event: ChainEvent): object {
  if (event.type !== 'failed') return { event: event.type, ...event, type: undefined }
  const { error } = event
  return {
    event: 'failed',
    code: error instanceof ChainError ? error.code : 'unknown',
    message: String(error),
  }
}
