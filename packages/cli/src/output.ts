import { styleText } from 'node:util'
import { type Problem } from './errors.ts'
import { ProgressDisplay } from './progress.ts'

const columnsMax = 100

type Format = Parameters<typeof styleText>[0]

/**
 * Where a command speaks. Answers go to standard output: lines for people, or with `--json` objects and nothing else.
 * Progress and notes go to standard error.
 */
export class Output {
  readonly json: boolean
  readonly progress: ProgressDisplay

  constructor(json: boolean) {
    this.json = json
    this.progress = new ProgressDisplay(process.stderr)
  }

  /** A line of the answer for a person. */
  line(text = ''): void {
    if (this.json) return
    this.progress.clear()
    process.stdout.write(`${text}\n`)
  }

  /** The answer for a program: one object, or one of a stream of objects. */
  value(value: unknown): void {
    if (!this.json) return
    this.progress.clear()
    process.stdout.write(`${JSON.stringify(value)}\n`)
  }

  /** Said beside the answer. */
  note(text: string): void {
    this.progress.clear()
    process.stderr.write(`${text}\n`)
  }

  /** Colour on a terminal, none elsewhere or with NO_COLOR. */
  style(format: Format, text: string): string {
    return styleText(format, text, { stream: process.stdout })
  }

  /** Breaks text between words to fit a terminal, continued under `indent` spaces; a log gets whole lines. */
  wrap(text: string, indent: number): string {
    const width = process.stdout.isTTY ? Math.min(process.stdout.columns, columnsMax) - indent : Infinity
    const lines: string[] = []
    for (const word of text.split(' ')) {
      const last = lines.at(-1)
      if (last !== undefined && last.length + 1 + word.length <= width)
        lines[lines.length - 1] = `${last} ${word}`
      else lines.push(word)
    }
    return lines.join(`\n${' '.repeat(indent)}`)
  }

  /** Rows under one another; the last column is not padded. */
  table(rows: readonly (readonly string[])[], indent = ''): void {
    const widths: number[] = []
    for (const row of rows)
      for (const [column, cell] of row.entries())
        widths[column] = Math.max(widths[column] ?? 0, [...cell].length)
    for (const row of rows) {
      const cells = row.map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat(widths[column]! - [...cell].length),
      )
      this.line(`${indent}${cells.join('  ')}`.trimEnd())
    }
  }

  problem(problem: Problem): void {
    this.progress.clear()
    if (this.json) process.stdout.write(`${JSON.stringify({ error: problem })}\n`)
    else
      process.stderr.write(
        `hre: ${styleText('red', 'error', { stream: process.stderr })}: ${problem.title}\nhint: ${problem.hint}\n`,
      )
  }
}
