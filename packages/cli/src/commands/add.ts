import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import {
  compartments,
  describe,
  ownDocumentKinds,
  ownDocumentOf,
  ownDocumentTypeOf,
  parseResource,
  type CompartmentName,
  type OwnDocumentKind,
  type Resource,
} from '@hre/fhir'
import { fileOwnRecords, recordsOfChart, type NewRecord } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf, fromCaller } from '../context.ts'
import { CliError, usageError } from '../errors.ts'
import { counted } from '../options/amounts.ts'
import { shortHash, shortId } from '../options/short-id.ts'
import { parseParts } from '../options/words.ts'
import { actorOf, runningExchange } from '../running.ts'

interface AddOptions {
  as?: string
  title?: string
  date?: string
  kind: string
  part?: string
}

export function addAdd(program: Command): void {
  program
    .command('add <file...>')
    .description('add to your own chart: documents (PDF, JPEG, PNG) or FHIR R4 resources (.json)')
    .option('--as <name>', 'the patient who is acting')
    .option('--title <text>', 'what a document is called (default: the file’s name)')
    .option('--date <day>', 'the day of a document, YYYY-MM-DD (default: today)')
    .option('--kind <kind>', `of a document: ${Object.keys(ownDocumentKinds).join(', ')}`, 'other')
    .option('--part <part>', 'the part of the chart (default: where each belongs)')
    .action(async (names: string[], options: AddOptions, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      assertOptions(names, options)
      const [part] = options.part === undefined ? [] : parseParts([options.part])
      const resources: Resource[] = []
      for (const name of names) resources.push(await resourceIn(name, options))
      const records = resources.map((resource) => placed(resource, part))
      const actor = await actorOf(await runningExchange(context), options.as)
      const { batch, transaction, block, leaves } = await fileOwnRecords(actor, { records })
      output.value({ batch, transaction, block, records: leaves.map(({ record }) => record) })
      for (const [index, { record }] of leaves.entries())
        output.line(`${shortId(record)}  ${describe(resources[index]!)}`)
      output.line(`${counted(leaves.length, 'record')} added to your chart in batch ${shortId(batch)}.`)
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
}

/** Before anything is read: one title is for one file. */
function assertOptions(names: readonly string[], { title, date, kind, part }: AddOptions): void {
  if (title !== undefined && names.length > 1)
    throw usageError('One title is for one document', 'Add the files one by one, or leave --title out')
  if (!Object.hasOwn(ownDocumentKinds, kind))
    throw usageError(
      'There is no such kind of document',
      `Kinds: ${Object.keys(ownDocumentKinds).join(', ')}`,
    )
  if (date !== undefined && !isDay(date)) throw usageError('That is not a day', 'Write it as 2026-03-01')
  if (part === 'all') throw usageError('A record is in one part', 'Name one, such as `--part documents`')
}

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true

/** A document or a resource, valid in R4. What a file is, its bytes say. */
async function resourceIn(name: string, options: AddOptions): Promise<Resource> {
  const bytes = await readFile(fromCaller(name)).catch((cause: unknown) => {
    throw new CliError('file-unreadable', { cause })
  })
  const contentType = ownDocumentTypeOf(bytes)
  if (!contentType) return parseResource(jsonIn(bytes))
  const {
    title = basename(name, extname(name)),
    date = new Date().toISOString().slice(0, 10),
    kind,
  } = options
  return parseResource(ownDocumentOf({ kind: kind as OwnDocumentKind, title, date, contentType, bytes }))
}

/** @throws CliError `file-unreadable`. */
function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new CliError('file-unreadable', {
      title: 'A file is no PDF, JPEG, PNG or FHIR resource',
      hint: 'Nothing was added; give files of these kinds',
      cause,
    })
  }
}

/** Where it belongs, or where the patient wants it; never below what that part is. */
function placed(resource: Resource, part: CompartmentName | undefined): NewRecord {
  const [record] = recordsOfChart([resource])
  if (!part) return record!
  const sensitivity = Math.max(record!.sensitivity, compartments[part].sensitivity)
  return { ...record!, compartment: part, sensitivity }
}
