import { readFile } from 'node:fs/promises'
import { keepPersonKeys, openPersonKeys } from '@hre/exchange/client'
import { isHreError } from '@hre/protocol'
import { fetchKeystore, protectKeys, recallKeys } from '@hre/sdk'
import { createRecoveryPhrase, type UnlockSecret } from '@hre/vault'
import type { Command } from 'commander'
import { contextOf, fromCaller } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { actorOf, runningExchange } from '../../running.ts'

interface KeysOptions {
  as?: string
  passwordFile?: string
  phraseFile?: string
}

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('keep your keys at your hospital’s gateway, sealed, and get them back on any device')
  keys
    .command('protect')
    .description('seal your keys by a password and a paper phrase, and let the gateway keep them')
    .option('--password-file <file>', 'a file with the password')
    .option('--as <name>', 'who is acting')
    .action(async (options: KeysOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      const password = await secretIn(options.passwordFile, 'Add `--password-file FILE`')
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const phrase = createRecoveryPhrase()
      const kept = await fetchKeystore(actor).catch((error: unknown) => {
        if (!isHreError(error, 'not-found')) throw error
      })
      const { etag } = await protectKeys(actor, {
        ...(await openPersonKeys(exchange.layout, options.as!)),
        secrets: [
          { kind: 'password', password },
          { kind: 'phrase', phrase },
        ],
        replaces: kept?.etag ?? null,
      })
      output.value({ account: actor.account, phrase, etag })
      output.line(`Write these words on paper; they open your keys and are shown once:`)
      output.line(phrase)
      output.line(`To log in elsewhere you need them or the password, and your account: ${actor.account}`)
    })
  keys
    .command('recall <name>')
    .description('get your keys back on a device that has nothing but your password or phrase')
    .option('--password-file <file>', 'a file with the password')
    .option('--phrase-file <file>', 'a file with the words')
    .action(async (name: string, options: KeysOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      const secret = await secretOf(options)
      const exchange = await runningExchange(context)
      const person = exchange.people[name]
      if (!person) throw usageError('Nobody here has that name', '`hre people` lists the names')
      const { account, organisation } = person
      const gatewayUrl = exchange.gateways[organisation].url
      const { rootSeed, succession } = await recallKeys({ gatewayUrl, account, secret })
      await keepPersonKeys(exchange.layout, name, { rootSeed, succession })
      output.value({ account })
      output.line(`The keys of ${person.name} are on this device again.`)
    })
}

async function secretOf({ passwordFile, phraseFile }: KeysOptions): Promise<UnlockSecret> {
  if ((passwordFile === undefined) === (phraseFile === undefined))
    throw usageError('Say what opens them', 'Either `--password-file FILE` or `--phrase-file FILE`')
  return passwordFile === undefined
    ? { kind: 'phrase', phrase: await secretIn(phraseFile, '') }
    : { kind: 'password', password: await secretIn(passwordFile, '') }
}

/** Secrets come from files, never from the command line, which other people of the machine can read. */
async function secretIn(file: string | undefined, hint: string): Promise<string> {
  if (file === undefined) throw usageError('A secret is read from a file', hint)
  const text = await readFile(fromCaller(file), 'utf8').catch((cause: unknown) => {
    throw new CliError('file-unreadable', { cause })
  })
  return text.trimEnd()
}
