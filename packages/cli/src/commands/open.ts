import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, type Resource } from '@hre/fhir'
import { openRecords, type OpenedItem } from '@hre/sdk'
import type { Command } from 'commander'
import { accessesTo, purposeOf } from '../access.ts'
import { contextOf, fromCaller } from '../context.ts'
import { CliError } from '../errors.ts'
import { marksInWords } from '../marks.ts'
import { counted } from '../options/amounts.ts'
import { shortId } from '../options/short-id.ts'
import { accountNamed, actorOf, runningExchange } from '../running.ts'

interface OpenOptions {
  as?: string
  purpose?: string
  out?: string
}

export function addOpen(program: Command): void {
  program
    .command('open <patient> [record...]')
    .description('open records: one line for each, or with --json their contents')
    .option('--as <name>', 'who is acting')
    .option('--purpose <code>', 'why: TREAT, ETREAT, HRESCH ... (default: TREAT, for the patient PATRQT)')
    .option(
      '--out <folder>',
      'also write each record to a file of its own, and beside it the salt of its commitment',
    )
    .action(async (name: string, wanted: string[], options: OpenOptions, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      const exchange = await runningExchange(context)
      const patient = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      const purpose = purposeOf(actor, patient, options.purpose)
      let shown = 0
      let opened = 0
      let closed = 0
      // Named records must open; a list may hold some from before a grant from now on.
      const onClosed = wanted.length === 0 ? { onClosed: () => closed++ } : {}
      for await (const access of accessesTo(actor, { patient, purpose, wanted })) {
        shown += access.records.length
        const marks = marksInWords(exchange, access.records)
        for await (const item of openRecords(actor, access, onClosed)) {
          output.progress.report('Opening records', ++opened, shown)
          const file = options.out && (await saveRecord(fromCaller(options.out), item))
          output.value(asJson(item, file))
          const mark = marks(item) === 'live' ? '' : ` (${marks(item)})`
          output.line(`${output.style('dim', shortId(item.leaf.record))}  ${inWords(item)}${mark}`)
        }
      }
      if (closed > 0) output.note(`${counted(closed, 'record')} from before your grant stayed closed.`)
      output.line(
        `${counted(opened, 'record')} opened; each fits its content id, its seal and its commitment.`,
      )
    })
}

const decode = (body: Uint8Array): string => new TextDecoder().decode(body)
const isFhir = ({ mediaType }: OpenedItem): boolean => mediaType === 'application/fhir+json'

/** A record for a program. */
export function asJson(item: OpenedItem, file: string | undefined) {
  const { leaf, batch, status, successor, signing, mediaType, body } = item
  const contents = isFhir(item)
    ? { resource: JSON.parse(decode(body)) as unknown }
    : { base64: Buffer.from(body).toString('base64') }
  const marks = { status, successor, signing }
  return { record: leaf.record, batch, ...marks, mediaType, ...(file ? { file } : {}), ...contents }
}

/** A record in one line for a person. */
export const inWords = (item: OpenedItem): string =>
  isFhir(item)
    ? describe(JSON.parse(decode(item.body)) as Resource)
    : `${item.mediaType}, ${counted(item.body.length, 'byte')}`

/** Readable by the owner alone: it is somebody's record in the clear. */
export async function saveRecord(folder: string, item: OpenedItem): Promise<string> {
  const path = join(folder, `${shortId(item.leaf.record)}${isFhir(item) ? '.json' : '.bin'}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(path, item.body, { mode: 0o600 })
    await writeFile(`${path}.salt`, `${item.salt}\n`, { mode: 0o600 })
  } catch (cause) {
    throw new CliError('file-unwritable', { cause })
  }
  return path
}
