import { connectWith, register } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf, fromCaller } from '../context.ts'
import { usageError } from '../errors.ts'
import { shortHash } from '../options/short-id.ts'

interface OrganisationOptions {
  config?: string
  register?: boolean
  gateway?: string
}

export function addOrganisation(program: Command): void {
  program
    .command('organisation')
    .description(
      'the account that a gateway’s key or card speaks for; registered once the others admitted it',
    )
    .option('--config <file>', 'the gateway’s configuration')
    .option('--register', 'make its signer and recipient known on the chain')
    .option('--gateway <url>', 'the gateway that carries it; by default the `publicUrl` of the configuration')
    .action(async (options: OrganisationOptions, command: Command) => {
      const { output } = contextOf(command)
      if (!options.config) throw usageError('Say which gateway', 'Add `--config FILE`')
      const { loadConfig, openKeyAgent } = await import('@hre/exchange')
      const config = await loadConfig(fromCaller(options.config))
      const { identity, keyring } = await openKeyAgent(config)
      const { account, signer } = identity
      if (!options.register) {
        output.value({ account, signer })
        output.line(`account ${account}`)
        output.line(`signer  ${signer}`)
        return
      }
      const gatewayUrl = options.gateway ?? config.publicUrl
      if (!gatewayUrl)
        throw usageError('Say which gateway carries it', 'Add `--gateway URL`; it must be running')
      const actor = await connectWith(gatewayUrl, keyring, undefined, identity)
      const { transaction, block } = await register(actor)
      output.value({ account, signer, transaction, block })
      output.line(`${account} is registered.`)
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
}
