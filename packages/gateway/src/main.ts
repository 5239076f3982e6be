import { parseArgs } from 'node:util'
import { loadConfig, type GatewayConfig } from './config.ts'
import { createLog } from './logging.ts'
import { startWorkers, tellReady, workerConfig, workerNumber, type Running } from './workers.ts'

const leashMilliseconds = 3_000

/**
 * One gateway as a process: `node packages/gateway/src/main.ts --config FILE`. Prints one JSON line when it is ready. With the word
 * `rebuild` it reads what the chain says from block 0 again, prints one JSON line and ends. With `workers` above 1 this process starts so many
 * of itself, and answers nobody.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { config: { type: 'string' } },
    allowPositionals: true,
  })
  if (!values.config) throw new Error('--config FILE is missing')
  const [command, ...others] = positionals
  if (others.length > 0 || (command !== undefined && command !== 'rebuild'))
    throw new Error('the only command is `rebuild`')
  if (command) {
    const { rebuildGateway } = await import('./app.ts')
    const rebuilt = await rebuildGateway(await loadConfig(values.config))
    process.stdout.write(`${JSON.stringify({ rebuilt: true, ...rebuilt })}\n`)
    return
  }
  const config = await loadConfig(values.config)
  const number = workerNumber()
  const { ready, stop } =
    config.workers > 1 && number === undefined
      ? await startWorkers(config.workers, createLog({ level: config.logLevel, gateway: config.name }))
      : await startOne(config, number)
  const end = () => {
    void stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  if (number !== undefined) {
    tellReady(ready)
    return
  }
  // A supervisor that dies without a word closes our standard input.
  if (process.env['HRE_SUPERVISED'])
    process.stdin.resume().on('end', () => {
      // The chain goes with it, so there is nobody to anchor with: what is written down is anchored on the next start.
      setTimeout(() => process.exit(1), leashMilliseconds).unref()
      end()
    })
  process.stdout.write(`${JSON.stringify(ready)}\n`)
}

async function startOne(config: GatewayConfig, number = 0): Promise<Running> {
  // Not at the top: the process that starts the others has no need of it, and with it would take as much memory as they.
  const { startGateway } = await import('./app.ts')
  const { gateway, url, stop } = await startGateway(workerConfig(config, number))
  return {
    ready: { ready: true, url, organisation: gateway.keys.identity.account },
    stop: () =>
      stop().catch((error: unknown) => {
        gateway.log.error({ err: error }, 'the gateway did not stop cleanly')
        throw error
      }),
  }
}

main().catch((error: unknown) => {
  const { name, message, cause } = error as Error
  process.stderr.write(
    `gateway: error: ${name}: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}\n`,
  )
  process.stderr.write('hint: check the configuration file; `hre doctor` tells what is wrong\n')
  process.exit(1)
})
