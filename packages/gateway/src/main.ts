import { parseArgs } from 'node:util'
import { rebuildGateway, startGateway } from './app.ts'
import { loadConfig } from './config.ts'

const leashMilliseconds = 3_000

/**
 * One gateway as a process: `node packages/gateway/src/main.ts --config FILE`. Prints one JSON line when it is ready. With the word
 * `rebuild` it reads what the chain says from block 0 again, prints one JSON line and ends.
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
    const rebuilt = await rebuildGateway(await loadConfig(values.config))
    process.stdout.write(`${JSON.stringify({ rebuilt: true, ...rebuilt })}\n`)
    return
  }
  const { gateway, url, stop } = await startGateway(await loadConfig(values.config))
  const end = () => {
    void stop().then(
      () => process.exit(0),
      (error: unknown) => {
        gateway.log.error({ err: error }, 'the gateway did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  // A supervisor that dies without a word closes our standard input.
  if (process.env['HRE_SUPERVISED'])
    process.stdin.resume().on('end', () => {
      // The chain goes with it, so there is nobody to anchor with: what is written down is anchored on the next start.
      setTimeout(() => process.exit(1), leashMilliseconds).unref()
      end()
    })
  process.stdout.write(
    `${JSON.stringify({ ready: true, url, organisation: gateway.keys.identity.account })}\n`,
  )
}

main().catch((error: unknown) => {
  const { name, message, cause } = error as Error
  process.stderr.write(
    `gateway: error: ${name}: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}\n`,
  )
  process.stderr.write('hint: check the configuration file; `hre doctor` tells what is wrong\n')
  process.exit(1)
})
