import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { contextOf, fromCaller } from '../context.ts'
import { CliError, usageError } from '../errors.ts'
import { counted } from '../options/amounts.ts'

interface BackupOptions {
  config?: string
  to?: string
  recipient?: string
  passwordFile?: string
}

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('one gateway’s rows, sealed files, key and configuration in one file, sealed with age')
    .option('--config <file>', 'the gateway’s configuration')
    .option('--to <file>', 'new file')
    .option('--recipient <age1...>', 'seal it to an age recipient')
    .option('--password-file <file>', 'or to the password in a file')
    .action(async (options: BackupOptions, command: Command) => {
      const { output } = contextOf(command)
      if (!options.config || !options.to)
        throw usageError('Say which gateway, and where to', 'Add `--config FILE --to FILE`')
      const { recipient, passwordFile } = options
      if ((recipient === undefined) === (passwordFile === undefined))
        throw usageError('Say what to seal it to', 'Add `--recipient age1...` or `--password-file FILE`')
      const { backUp, loadConfig } = await import('@hre/exchange')
      const config = await loadConfig(fromCaller(options.config))
      const lock = recipient ? { recipient } : { password: await firstLine(passwordFile!) }
      output.progress.report('Backing up')
      const to = fromCaller(options.to)
      const { bytes, files, rows } = await backUp(config, to, lock)
      output.value({ file: to, bytes, files, rows })
      output.line(`${counted(rows, 'row')} and ${counted(files, 'sealed file')} are in ${to}.`)
      output.note('It holds the organisation’s key: whoever opens it can act as the organisation.')
    })
}

/** A password or an identity from a file: words on a command line are seen by other users of the machine. */
export async function firstLine(file: string): Promise<string> {
  const text = await readFile(fromCaller(file), 'utf8').catch((cause: unknown) => {
    throw new CliError('file-unreadable', { cause })
  })
  const line = text.split(/\r?\n/).find((line) => line !== '' && !line.startsWith('#'))
  if (!line)
    throw new CliError('file-unreadable', { title: 'The file with the password or identity is empty' })
  return line
}
