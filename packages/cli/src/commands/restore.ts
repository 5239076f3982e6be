import type { Command } from 'commander'
import { contextOf, fromCaller } from '../context.ts'
import { usageError } from '../errors.ts'
import { counted } from '../options/amounts.ts'
import { firstLine } from './backup.ts'

interface RestoreOptions {
  to?: string
  identityFile?: string
  passwordFile?: string
  databaseUrl?: string
  rpc?: string
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('a backup into an empty folder, verified against the chain')
    .argument('<file>', 'made by `hre backup`')
    .option('--to <folder>', 'new or empty folder')
    .option('--identity-file <file>', 'age identity that opens it')
    .option('--password-file <file>', 'or the password in a file')
    .option('--database-url <url>', 'empty PostgreSQL database, in place of one in the folder')
    .option('--rpc <url>', 'node of the chain, in place of the one that the gateway had')
    .action(async (file: string, options: RestoreOptions, command: Command) => {
      const { output } = contextOf(command)
      if (!options.to) throw usageError('Say where to', 'Add `--to FOLDER`')
      const { identityFile, passwordFile, databaseUrl, rpc } = options
      if ((identityFile === undefined) === (passwordFile === undefined))
        throw usageError('Say what opens it', 'Add `--identity-file FILE` or `--password-file FILE`')
      const key = identityFile
        ? { identity: await firstLine(identityFile) }
        : { password: await firstLine(passwordFile!) }
      const { restore } = await import('@hre/exchange')
      output.progress.report('Restoring')
      const restored = await restore(fromCaller(file), fromCaller(options.to), key, {
        databaseUrl,
        rpcUrl: rpc,
      })
      const { rows, files, filesMissing, config } = restored
      output.value(restored)
      output.line(
        `${counted(rows, 'row')} and ${counted(files, 'sealed file')} are restored, and agree with the chain.`,
      )
      if (filesMissing > 0)
        output.line(
          `${counted(filesMissing, 'sealed file')} were not in the backup: the integrity watch goes after them.`,
        )
      output.note(`Start it with --config ${config}. Never beside the gateway that it was made from.`)
    })
}
