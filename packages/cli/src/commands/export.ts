import { exportChart } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf, fromCaller } from '../context.ts'
import { usageError } from '../errors.ts'
import { openExportFolder } from '../export-folder.ts'
import { counted } from '../options/amounts.ts'
import { actorOf, runningExchange } from '../running.ts'

export function addExport(program: Command): void {
  program
    .command('export')
    .description('take your whole chart along: sealed files, keys and an index that age and jq read')
    .option('--to <folder>', 'new or empty folder, or one of an export that was cut short')
    .option('--as <name>', 'the patient who is acting')
    .action(async (options: { to?: string; as?: string }, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      if (options.to === undefined) throw usageError('Say where to', 'Add `--to FOLDER`')
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const folder = fromCaller(options.to)
      const target = await openExportFolder(folder, actor.account)
      const { records, fetched } = await exportChart(actor, target, {
        onProgress: (done, of) => output.progress.report('Exporting records', done, of),
      })
      output.value({ folder, records, fetched })
      output.line(
        `${counted(records, 'record')} are in ${folder}, each checked. README.txt says how to open them.`,
      )
      output.note('identity.txt opens all of them: keep it apart from the records, or lock both away.')
    })
}
