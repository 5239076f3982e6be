import { approveAsGuardian, finishRecovery, startRecovery, type StartedRecovery } from '@hre/sdk'
import type { Command } from 'commander'
import { keepPersonKeys, readIfThere, writeWhole } from '@hre/exchange/client'
import { parseRecoveryRequest, recoveryWordsOf } from '@hre/vault'
import { hexToBytes, bytesToHex, type Hex } from 'viem'
import { contextOf, fromCaller } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { actorOf, nameOfAccount, runningExchange, type KnownExchange } from '../../running.ts'

export function addRecover(program: Command): void {
  const recover = program
    .command('recover')
    .description('get your account back with your guardians, from a device that has nothing')
  recover
    .command('start <name>')
    .description('ask your guardians; the file that this makes is secret, and you need it to the end')
    .requiredOption('--file <file>', 'where what the new device must remember is kept')
    .action(async (name: string, options: { file: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const { account } = personNamed(exchange, name)
      const started = await startRecovery(gatewayOf(exchange, name), account)
      const { request, rootSeed, words } = started
      await writeWhole(fromCaller(options.file), JSON.stringify({ request, rootSeed: bytesToHex(rootSeed) }))
      output.value({ words })
      output.line('Read these words to each guardian, by telephone or face to face:')
      output.line(words)
    })
  recover
    .command('approve <word...>')
    .description('help somebody as their guardian: the words that they read to you')
    .option('--as <name>', 'the guardian who is acting')
    .action(async (words: string[], options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const { account, transaction, block } = await approveAsGuardian(actor, words.join(' '))
      output.value({ account, transaction, block })
      output.line(`You approved new keys for ${nameOfAccount(exchange, account)}.`)
    })
  recover
    .command('finish <name>')
    .description('take the account over once the three days have passed')
    .requiredOption('--file <file>', 'the file of `hre recover start`')
    .action(async (name: string, options: { file: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const started = await readStarted(fromCaller(options.file))
      const exchange = await runningExchange(context)
      const { rotated } = await finishRecovery(gatewayOf(exchange, name), started, (succession) =>
        keepPersonKeys(exchange.layout, name, { rootSeed: started.rootSeed, succession }),
      )
      output.value({ account: started.request.account, rotated })
      output.line(`The account is yours again; ${rotated.length} parts of the chart have new keys.`)
      output.line('Run `hre keys protect` and `hre guardians name` next, and delete the file.')
    })
}

function personNamed({ people }: KnownExchange, name: string) {
  const person = people[name]
  if (!person) throw usageError('Nobody here has that name', '`hre people` lists the names')
  return person
}

const gatewayOf = (exchange: KnownExchange, name: string): string =>
  exchange.gateways[personNamed(exchange, name).organisation].url

async function readStarted(path: string): Promise<StartedRecovery> {
  try {
    const { request, rootSeed } = JSON.parse((await readIfThere(path)) ?? '') as {
      request: unknown
      rootSeed: Hex
    }
    const parsed = parseRecoveryRequest(request)
    return { request: parsed, rootSeed: hexToBytes(rootSeed), words: recoveryWordsOf(parsed) }
  } catch (cause) {
    throw new CliError('file-unreadable', { cause })
  }
}
