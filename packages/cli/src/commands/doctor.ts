import type { Finding } from '@hre/exchange'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { exitCodes } from '../errors.ts'
import { counted } from '../options/amounts.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check the set-up, the data folder and what is running, and say what to do')
    .action(async (_options: unknown, command: Command) => {
      const { output, data } = contextOf(command)
      const counts = { ok: 0, warning: 0, problem: 0 }
      output.progress.report('Looking')
      const { diagnose } = await import('@hre/exchange')
      for await (const finding of diagnose({ data })) {
        counts[finding.state]++
        output.value(finding)
        const { mark, colour } = looks[finding.state]
        output.line(`${output.style(colour, mark)} ${output.style('bold', finding.check)}: ${finding.text}`)
        if (finding.hint) output.line(`    hint: ${finding.hint}`)
        output.progress.report('Looking')
      }
      output.line()
      output.line(`${counted(counts.problem, 'problem')}, ${counted(counts.warning, 'warning')}.`)
      if (counts.problem > 0) process.exitCode = exitCodes.failed
    })
}

const looks = {
  ok: { mark: '✓', colour: 'green' },
  warning: { mark: '!', colour: 'yellow' },
  problem: { mark: '✗', colour: 'red' },
} as const satisfies Record<Finding['state'], { mark: string; colour: string }>
