import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { admitPatient } from '@hre/exchange/client'
import type { Resource } from '@hre/fhir'
import { connectChain, type Actor } from '@hre/sdk'
import type { Command } from 'commander'
import type { Address, PublicClient } from 'viem'
import { contextOf, fromCaller, type Context } from '../context.ts'
import { CliError, exitCodes, problemOf, usageError, type Problem } from '../errors.ts'
import { counted, formatBytes, formatSeconds } from '../options/amounts.ts'
import { shortHash, shortId } from '../options/short-id.ts'
import { accountNamed, actorOf, runningExchange, type KnownExchange } from '../running.ts'
import { writableExchange } from '../new-people.ts'

interface ImportOptions {
  as: string
  patient?: string
  bothSign?: true
}

export function addImport(program: Command): void {
  program
    .command('import <file...>')
    .description('file charts from FHIR R4 (.json, .ndjson, .gz): for new patients, or for one that is there')
    .option(
      '--patient <name>',
      'file one chart for this patient; else every patient in the files is a new one',
    )
    .option('--both-sign', 'the patient signs as well: `hre sign`')
    .option('--as <name>', 'who files', 'lina')
    .action(async (files: string[], options: ImportOptions, command: Command) => {
      const context = contextOf(command)
      const exchange = await runningExchange(context)
      const author = await actorOf(exchange, options.as)
      const importer = new Importer(context, exchange, author, options.bothSign ?? false)
      const patient = options.patient === undefined ? undefined : accountNamed(exchange, options.patient)
      if (patient && files.length > 1)
        throw usageError('One chart at a time for one patient', 'Give one file with --patient')
      const ok = await importer.importFiles(files.map(fromCaller), options.patient, patient)
      process.exitCode = ok ? exitCodes.ok : exitCodes.failed
    })
}

interface Imported {
  patient: string
  account: Address
  batch: string
  transaction: string
  block: number
  records: number
  bytesIn: number
  bytesOnDisk: number
  gas: number
}

class Importer {
  readonly #context: Context
  readonly #exchange: KnownExchange
  readonly #author: Actor
  readonly #bothSign: boolean
  readonly #chain: PublicClient
  readonly #imported: Imported[] = []
  readonly #refused: Problem[] = []

  constructor(context: Context, exchange: KnownExchange, author: Actor, bothSign: boolean) {
    this.#context = context
    this.#exchange = exchange
    this.#author = author
    this.#bothSign = bothSign
    this.#chain = connectChain(exchange.rpcUrl)
  }

  /** A file that cannot be read does not keep the others out. @returns whether all went in. */
  async importFiles(files: string[], name?: string, patient?: Address): Promise<boolean> {
    const started = performance.now()
    for (const [index, file] of files.entries()) {
      try {
        await access(file, constants.R_OK).catch((cause: unknown) => {
          throw new CliError('file-unreadable', { cause })
        })
        if (name && patient) await this.#importFor(name, patient, await onlyChart(file))
        else for await (const chart of await chartsIn(file)) await this.#importNew(chart)
      } catch (error) {
        const problem = problemOf(error)
        if (problem.code === 'internal') throw error
        this.#refuse(numbered(problem, index + 1, files.length))
      }
    }
    this.#sum(performance.now() - started)
    return this.#refused.length === 0
  }

  async #importNew(chart: Resource[]): Promise<void> {
    const { id, account } = await writableExchange(this.#exchange, async (exchange, freeName) => {
      const id = freeName()
      const { account } = await admitPatient(exchange, id, `Imported patient ${id.replace(/\D/g, '')}`)
      return { id, account }
    })
    await this.#importFor(id, account, chart)
  }

  async #importFor(patient: string, account: Address, chart: readonly Resource[]): Promise<void> {
    const { output } = this.#context
    const { fileChart } = await import('@hre/exchange')
    const parties = this.#bothSign ? ([this.#author.account, account] as const) : undefined
    const filed = await fileChart(this.#author, account, chart, output.progress.report, parties)
    const { batch, transaction, block, leaves, sealedBytes } = filed
    const bytesIn = chart.reduce((sum, resource) => sum + Buffer.byteLength(JSON.stringify(resource)), 0)
    const imported = {
      patient,
      account,
      batch,
      transaction,
      block,
      records: leaves.length,
      bytesIn,
      bytesOnDisk: sealedBytes,
      gas: Number((await this.#chain.getTransactionReceipt({ hash: transaction })).gasUsed),
    }
    this.#imported.push(imported)
    output.value({ event: 'imported', ...imported })
    output.line(`${patient}: ${counted(leaves.length, 'record')} in batch ${shortId(batch)}`)
    output.line(
      output.style('dim', `    transaction ${shortHash(transaction)} · block ${block} · account ${account}`),
    )
  }

  #refuse(problem: Problem): void {
    this.#refused.push(problem)
    const { output } = this.#context
    if (output.json) output.value({ event: 'refused', error: problem })
    else output.problem(problem)
  }

  #sum(milliseconds: number): void {
    const { output } = this.#context
    const total = (field: 'records' | 'bytesIn' | 'bytesOnDisk' | 'gas') =>
      this.#imported.reduce((sum, row) => sum + row[field], 0)
    const [records, gas, bytesIn, bytesOnDisk] = [
      total('records'),
      total('gas'),
      total('bytesIn'),
      total('bytesOnDisk'),
    ]
    const patients = this.#imported.length
    output.value({
      event: 'done',
      patients,
      records,
      refused: this.#refused.length,
      milliseconds: Math.round(milliseconds),
      gas,
      bytesIn,
      bytesOnDisk,
    })
    if (patients === 0) return
    const ratio = (bytesOnDisk / bytesIn).toFixed(2)
    output.line(
      `${counted(patients, 'patient')}, ${counted(records, 'record')} in ${formatSeconds(milliseconds)}: ` +
        `${gas.toLocaleString('en')} gas; ${formatBytes(bytesOnDisk)} sealed on disk for ${formatBytes(bytesIn)} of records (${ratio} times).`,
    )
  }
}

async function chartsIn(file: string): Promise<AsyncIterable<Resource[]>> {
  const { readCharts } = await import('@hre/exchange')
  return readCharts([file])
}

async function onlyChart(file: string): Promise<Resource[]> {
  const charts: Resource[][] = []
  for await (const chart of await chartsIn(file)) charts.push(chart)
  if (charts.length !== 1)
    throw usageError(
      'The file is of more than one patient',
      'Leave --patient out to bring them in as new patients, or split the file',
    )
  return charts[0]!
}

/** `readCharts` saw one file; the caller gave several. */
const numbered = (problem: Problem, file: number, of: number): Problem => ({
  ...problem,
  title: of > 1 ? problem.title.replace(/\(file 1\b/, `(file ${file}`) : problem.title,
  data: { ...problem.data, file },
})
