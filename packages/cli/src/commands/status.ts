import { GatewayClient } from '@hre/client'
import { connectChain } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { runningExchange } from '../running.ts'

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('what is running, and how much is in it')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      const exchange = await runningExchange(context)
      const block = Number(await connectChain(exchange.rpcUrl).getBlockNumber())
      const gateways = await Promise.all(
        Object.entries(exchange.gateways).map(async ([id, { url, account }]) => {
          const { activity: _, ...counts } = await new GatewayClient({ baseUrl: url }).call('getStatus', {})
          return { id, url, account, ...counts }
        }),
      )
      const { rpcUrl, deployment, pid } = exchange
      output.value({ running: true, pid, data: context.data, chain: { rpcUrl, block, deployment }, gateways })
      output.line(`Chain at block ${block.toLocaleString('en')}, ${rpcUrl}`)
      for (const gateway of gateways) {
        output.line()
        output.line(`${output.style('bold', gateway.name)}, ${gateway.url}`)
        const amounts = Object.entries(shown).map(([field, name]) => [
          name,
          Number(gateway[field as keyof typeof shown]).toLocaleString('en'),
        ])
        output.table([...amounts, ['account', gateway.account]], '  ')
      }
    })
}

const shown = {
  followedBlock: 'follows the chain to block',
  patients: 'patients',
  members: 'members',
  records: 'records',
  grantsActive: 'grants in force',
  receipts: 'entries in the access log',
  refusals: 'refusals among them',
  anchors: 'anchors of the log on chain',
  queued: 'operations waiting',
} as const
