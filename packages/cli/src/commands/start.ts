import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { GatewayClient } from '@hre/client'
import type { RunningExchange, StoryLine } from '@hre/exchange'
import type { Command } from 'commander'
import { contextOf, fromCaller, type Context } from '../context.ts'
import { CliError, exitCodes } from '../errors.ts'
import { counted, formatSeconds } from '../options/amounts.ts'
import { shortHash } from '../options/short-id.ts'
import { stopSignal } from '../stop-signal.ts'

interface StartOptions {
  once?: boolean
  import?: string[]
  seed: string
}

export function addStart(program: Command): void {
  program
    .command('start')
    .description('start an exchange of two hospitals on this machine, and tell its story the first time')
    .option('--once', 'end after the story; without --data on a temporary folder')
    .option('--import <file...>', 'FHIR R4 Bundles (.json, .ndjson, .gz) in place of the generated chart')
    .option('--seed <text>', 'of the generated chart', 'demo')
    .action(async (options: StartOptions, command: Command) => {
      const ok = await start(contextOf(command), options)
      process.exitCode = ok ? exitCodes.ok : exitCodes.failed
    })
}

async function start(context: Context, options: StartOptions): Promise<boolean> {
  const { output } = context
  // Loaded here: a gateway and a compiler are more than other commands need.
  const { run } = await import('@hre/exchange')
  const importFiles = (options.import ?? []).map(fromCaller)
  await assertReadable(importFiles)
  const once = options.once ?? false
  const started = performance.now()
  const signal = stopSignal(() => output.note('Stopping; what was accepted is kept ...'))
  let number = 0
  const said: Promise<void>[] = []
  try {
    const ok = await run({
      once,
      importFiles,
      seed: options.seed,
      signal,
      // Without a folder of the caller's choice, `--once` leaves nothing behind.
      ...(once && !context.dataChosen ? {} : { data: context.data }),
      progress: (what, done, of) => {
        if (!signal.aborted) output.progress.report(what, done, of)
      },
      onLine: (line) => tell(context, ++number, line),
      onReady: (exchange, firstStart) => {
        const milliseconds = performance.now() - started
        output.value({
          event: 'ready',
          milliseconds: Math.round(milliseconds),
          firstStart,
          ...addressesOf(exchange),
        })
        said.push(sayReady(context, exchange, { milliseconds, firstStart, once }))
      },
    })
    if (once && !signal.aborted)
      output.line(ok ? 'Every step went as it should.' : 'A step FAILED: see above.')
    return ok
  } catch (error) {
    // Whatever was cut short by the wish to stop is no failure.
    if (signal.aborted) return true
    throw error
  } finally {
    await Promise.allSettled(said)
    output.progress.clear()
    if (signal.aborted) output.note('Stopped.')
  }
}

/** Before anything is started: a wrong path is the most ordinary mistake. */
async function assertReadable(files: readonly string[]): Promise<void> {
  for (const [index, file] of files.entries())
    await access(file, constants.R_OK).catch((cause: unknown) => {
      throw new CliError('file-unreadable', { data: { file: index + 1 }, cause })
    })
}

function tell({ output }: Context, number: number, line: StoryLine): void {
  output.value({ event: 'story', number, ...line })
  const mark = line.ok ? '' : 'FAILED: '
  const proof = Object.entries(line.proof).map(([name, value]) => `${wordsOf(name)} ${shown(value)}`)
  const text = output.wrap(`${mark}${line.text}`, 4)
  output.line(
    `${String(number).padStart(2)}. ${line.ok ? output.style('bold', text) : output.style('red', text)}`,
  )
  output.line(
    `    ${output.style('dim', output.wrap([...proof, formatSeconds(line.milliseconds)].join(' · '), 4))}`,
  )
}

const shown = (value: string | number | boolean): string =>
  typeof value === 'string'
    ? value.replace(/^0x.*/, shortHash)
    : typeof value === 'number'
      ? value.toLocaleString('en')
      : String(value)

/** `sealedBytes` is "sealed bytes". */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

function addressesOf({ rpcUrl, gateways, deployment, layout, pid }: RunningExchange) {
  return { rpcUrl, gateways, deployment, data: layout.root, pid }
}

async function sayReady(
  { output, data, dataChosen }: Context,
  exchange: RunningExchange,
  { milliseconds, firstStart, once }: { milliseconds: number; firstStart: boolean; once: boolean },
): Promise<void> {
  if (output.json || once) return
  const what = firstStart ? '' : ` with ${await contents(exchange)}`
  output.line()
  output.line(`The exchange is ${firstStart ? 'up' : 'back'} after ${formatSeconds(milliseconds)}${what}.`)
  output.line()
  const gateways = Object.values(exchange.gateways).map(({ name, url }) => [name, output.style('cyan', url)])
  output.table([...gateways, ['Chain (JSON-RPC)', exchange.rpcUrl], ['Data', exchange.layout.root]], '  ')
  const hre = `node scripts/hre.mjs${dataChosen ? ` --data ${data}` : ''}`
  output.line()
  output.line('Try in another terminal:')
  for (const [command, why] of tryNext) output.table([[`${hre} ${command}`], [`    ${why}`]], '  ')
  output.line()
  output.line('Press Ctrl-C to stop.')
}

const tryNext = [
  ['log --as ana', 'who looked at Ana’s chart, when and why, checked against the chain'],
  ['grant dr-osei labs --as ana --for 7d', 'let the doctor of the other hospital in'],
  ['open ana --as dr-osei', 'read as that doctor'],
] as const

async function contents(exchange: RunningExchange): Promise<string> {
  const client = new GatewayClient({ baseUrl: exchange.gateways['city-hospital'].url })
  const { patients, records, grantsActive, receipts, followedBlock } = await client.call('getStatus', {})
  return [
    counted(Object.keys(exchange.people).length, 'account'),
    counted(patients, 'patient'),
    counted(records, 'record'),
    counted(grantsActive, 'grant'),
    `${counted(receipts, 'entry').replace(/entrys$/, 'entries')} in City Hospital’s access log`,
    `${followedBlock.toLocaleString('en')} blocks`,
  ].join(', ')
}
