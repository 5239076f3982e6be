import { Command, Option } from 'commander'
import { addStart } from './commands/start.ts'
import { exitCodes } from './errors.ts'

const help = `
Exit codes:
  ${exitCodes.ok}   done
  ${exitCodes.failed}   refused, or failed
  ${exitCodes.usage}   wrong usage: nothing was done
  ${exitCodes.notRunning}   the exchange is not running
  ${exitCodes.tryLater}  try again later

Examples:
  hre start
  hre grant dr-osei labs --as ana --for 24h
  hre open ana --as dr-osei
  hre log --as ana

PATIENT and READER are a name of the demonstration (\`hre people\`) or an account (0x...).`

/** The whole command line; `main.ts` runs it. */
export function createProgram(): Command {
  const program = new Command('hre')
    .description(
      'Healthcare Records Exchange: records that a patient shares between hospitals, and nobody else.',
    )
    .addOption(new Option('--data <folder>', 'data folder of the exchange').env('HRE_DATA'))
    .option('--json', 'answer in JSON on standard output, and nothing else there')
    .version('0.1.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    .helpCommand('help [command]', 'explain a command')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', help)
  for (const add of [addStart]) add(program)
  return program
}
