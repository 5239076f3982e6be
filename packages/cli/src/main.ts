import { CommanderError, type Command } from 'commander'
import { exitCodeOf, exitCodes, problemOf, usageError } from './errors.ts'
import { Output } from './output.ts'
import { createProgram } from './program.ts'

// A reader that closes early, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
})

const args = process.argv.slice(2)
const json = args.includes('--json')
const program = createProgram()
for (const command of withSubcommands(program))
  command.exitOverride().configureOutput({ writeErr: () => {}, outputError: () => {} })

try {
  if (args.length === 0) program.outputHelp()
  else await program.parseAsync(args, { from: 'user' })
} catch (error) {
  process.exitCode = fail(error)
}

function fail(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok
    return fail(fromCommander(error))
  }
  if (process.env['HRE_DEBUG'] === '1') console.error(error)
  const problem = problemOf(error)
  new Output(json).problem(problem)
  return exitCodeOf(problem)
}

/** Its messages begin with `error:` and may have a suggestion in brackets. */
function fromCommander({ message }: CommanderError): Error {
  const [sentence = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const near = /Did you mean (.+)\?/.exec(suggestion ?? '')?.[1]
  const title = sentence.charAt(0).toUpperCase() + sentence.slice(1)
  const name = program.commands.find((command) => args.includes(command.name()))?.name()
  return usageError(
    title,
    near
      ? `Did you mean ${near}?`
      : name
        ? `Run \`hre ${name} --help\``
        : 'Run `hre --help` for the commands',
  )
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}
