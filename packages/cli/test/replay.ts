import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
export const nodeArguments = ['--disable-warning=ExperimentalWarning', program]

/** Where commands run: their working folder, and the exchange's data folder in the environment. */
export interface Desk {
  folder: string
  data: string
}

export interface Ran {
  /** Both streams in the order in which they were written. */
  output: string
  code: number | null
}

export const environmentOf = ({ data }: Desk): NodeJS.ProcessEnv => ({
  ...process.env,
  HRE_DATA: data,
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
})

/** Runs one command as a stranger would. */
export async function runHre(desk: Desk, args: readonly string[]): Promise<Ran> {
  // Both streams into one file: pipes of their own would lose the order.
  const path = join(desk.folder, '.output')
  const file = await open(path, 'w')
  const child = spawn(process.execPath, [...nodeArguments, ...args], {
    cwd: desk.folder,
    env: environmentOf(desk),
    stdio: ['ignore', file.fd, file.fd],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  await file.close()
  return { output: await readFile(path, 'utf8'), code }
}

/**
 * A transcript with the commands run again: what they print now in place of what they printed then.
 *
 * @returns as the file has it, masked.
 */
export async function replay(transcript: string, desk: Desk): Promise<string> {
  const shown: string[] = []
  let record = ''
  for (const line of linesToKeep(transcript)) {
    shown.push(line)
    if (!line.startsWith('$ hre ')) continue
    const args = line.slice('$ hre '.length).split(' ')
    const { output, code } = await runHre(
      desk,
      args.map((word) => (word === 'RECORD' ? record : word)),
    )
    record = /^(0x[0-9a-f]{8}) /m.exec(output)?.[1] ?? record
    shown.push(
      ...mask(output, desk)
        .trimEnd()
        .split('\n')
        .filter((text) => !isProgress(text)),
    )
    if (code !== 0) shown.push(`[${code}]`)
    shown.push('')
  }
  return `${shown
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

/** Remarks and commands; a remark has an empty line after it. */
const linesToKeep = (transcript: string): string[] =>
  transcript
    .split('\n')
    .filter((line) => line.startsWith('# ') || line.startsWith('$ hre '))
    .flatMap((line) => (line.startsWith('# ') ? ['', line, ''] : [line]))
    .slice(1)

/** Told or not, depending on how fast the machine is. */
export const isProgress = (line: string): boolean => line.endsWith(' ...')

/** What changes from run to run, by a word for what it is. */
export function mask(output: string, { folder, data }: Desk): string {
  const masks: [RegExp | string, string][] = [
    [data, '<data>'],
    [folder, '<folder>'],
    [tmpdir(), '<folder>'],
    [/0x[0-9a-f]{64}\b/g, '<hash>'],
    [/0x[0-9a-f]{40}\b/g, '<account>'],
    [/0x[0-9a-f]{16}…/g, '<hash>'],
    // Words of a phrase or of a request.
    [/^[a-z]+(?: [a-z]+){23}$/gm, '<24 words>'],
    [/^[a-z]+(?: [a-z]+){7}$/gm, '<8 words>'],
    [/(?<=\bbatch )0x[0-9a-f]{8}\b/g, '<batch>'],
    // As wide as what it stands for, so that tables stay straight.
    [/0x[0-9a-f]{8}\b/g, '<recordid>'],
    [/(?<=127\.0\.0\.1:)\d{2,}/g, '<port>'],
    [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<moment>'],
    [/\b\d+(\.\d+)? (ms|s)\b/g, '<time>'],
    // Every command logs in, those of the tests beside the transcripts too.
    [/(?<=to log in )\d+ times/g, '<n> times'],
    // Logs are anchored every few seconds.
    [/(?<= · anchored | · seconds )[\d.]+/g, '<n>'],
    [/(?<=at block |in block |\bblock )\d[\d,]*\b/g, '<n>'],
    [/(?<=to block {3})[\d,]+/g, '<n>'],
    // An anchor that was just made waits among the operations.
    [/(?<=anchors of the log on chain {2}|operations waiting {11})\d+/g, '<n>'],
    [/[\d,]+(?= gas\b)/g, '<n>'],
    [/(?<=pid |process |is entry )\d+/g, '<n>'],
    [/^[✓·](?= <moment>)/gm, '✓'],
    [/(?<=✓ )\d+(?= are anchored)|(?<=· )\d+(?= will be)/g, '<n>'],
    [/(?<="(?:at|from|until|block|gas|milliseconds|pid|receipt)":)\d+/g, '0'],
    [/(?<="receipts":\[)\d+/g, '0'],
  ]
  return masks.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), output)
}
