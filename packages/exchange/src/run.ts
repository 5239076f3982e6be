import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { people } from '@hre/testkit'
import { connectChain } from '@hre/sdk'
import { fileChart, generatedChart, readCharts } from './charts.ts'
import { ExchangeError } from './errors.ts'
import { startExchange, type Progress, type RunningExchange } from './exchange.ts'
import { readIfThere } from './files.ts'
import { admitPatient, admitPeople, connectPerson } from './people.ts'
import type { Finding, StoryLine } from './story/step.ts'
import { Teller } from './story/step.ts'
import { tellStory } from './story/story.ts'

export interface RunOptions {
  /** Data folder; without it and with `once`, a temporary one. */
  data?: string
  /** End after the story. */
  once: boolean
  /** FHIR R4 Bundles in place of the generated chart. */
  importFiles: readonly string[]
  /** Of the generated chart. */
  seed: string
  progress: Progress
  onLine: (line: StoryLine) => void
  /** Called when everything is up and told; `firstStart` is false when it was all there already. */
  onReady: (exchange: RunningExchange, firstStart: boolean) => void
  /** Aborted to end. */
  signal: AbortSignal
}

/**
 * `npm start`: an exchange on this machine, its people and its story on the first start, and then it stays up.
 *
 * @returns whether every step of the story went as it should.
 * @throws ExchangeError `process-ended` when a part ends by itself, and those of `startExchange`.
 */
export async function run(options: RunOptions): Promise<boolean> {
  const temporary = options.once && !options.data
  const data = options.data ?? (temporary ? await mkdtemp(join(tmpdir(), 'hre-')) : 'data')
  const exchange = await startExchange({ data, progress: options.progress })
  const stopped = aborted(options.signal)
  const broken = exchange.broken.then((part) => {
    throw new ExchangeError('process-ended', { part, log: join(exchange.layout.logs, `${part}.log`) })
  })
  // While nobody waits for it, and when we stop the parts ourselves, it is no failure.
  broken.catch(() => {})
  try {
    const firstStart = !wasTold(await readIfThere(exchange.layout.story))
    const tell = firstStart || options.once || options.importFiles.length > 0
    // Told from the start again: half a story would only puzzle.
    if (firstStart) await rm(exchange.layout.story, { force: true })
    const told = tell ? bringInAndTell(exchange, options, firstStart) : Promise.resolve(true)
    const ok = await Promise.race([told, stopped, broken])
    if (ok === undefined) return true
    options.onReady(exchange, firstStart)
    if (!options.once) await Promise.race([broken, stopped])
    return ok
  } finally {
    await exchange.stop()
    if (temporary) await rm(data, { recursive: true, force: true })
  }
}

/** Did an earlier start tell the story to its last step? One that was interrupted is told again. */
const wasTold = (story: string | undefined): boolean =>
  story?.split('\n').some((line) => line.startsWith('{"step":"log"')) ?? false

async function bringInAndTell(
  exchange: RunningExchange,
  options: RunOptions,
  firstStart: boolean,
): Promise<boolean> {
  const { progress } = options
  const narrate = async (line: StoryLine) => {
    // What fails because we are stopping is not part of the story.
    if (options.signal.aborted) return
    options.onLine(line)
    await appendFile(exchange.layout.story, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  }
  const teller = new Teller(narrate)
  const charts = options.importFiles.length > 0 ? readCharts(options.importFiles) : undefined
  await teller.tell('people', async () => {
    await admitPeople(exchange, progress)
    await admitPatient(exchange, 'ana', charts ? 'Imported patient 1' : people.ana.name)
    return peopleFinding(exchange)
  })
  if (!teller.ok) return false
  const first = charts ? await charts.next() : undefined
  const chart =
    first?.value ?? generatedChart(firstStart ? options.seed : crypto.randomUUID(), people.ana.name)
  const cast = {
    patient: await connectPerson(exchange, 'ana'),
    cityDoctor: await connectPerson(exchange, 'dr-mehta'),
    lakesideDoctor: await connectPerson(exchange, 'dr-osei'),
    technician: await connectPerson(exchange, 'lina'),
    auditor: await connectPerson(exchange, 'ravi'),
  }
  const told = await tellStory({ exchange, cast, chart, narrate, progress })
  if (charts) await teller.tell('import', () => importRest(exchange, charts, progress))
  return told && teller.ok
}

async function peopleFinding(exchange: RunningExchange): Promise<Finding> {
  const block = Number(await connectChain(exchange.rpcUrl).getBlockNumber())
  const count = Object.keys(exchange.people).length
  return {
    ok: true,
    text: 'City Hospital admits Lakeside Clinic; doctors, a lab technician, an auditor and a patient join, each with keys that only they hold',
    proof: { block, directory: exchange.deployment.directory, people: count },
  }
}

/** The other patients of imported files: each comes to the front desk, and their chart is filed in one batch. */
async function importRest(
  exchange: RunningExchange,
  charts: AsyncIterable<Awaited<ReturnType<typeof generatedChart>>>,
  progress: Progress,
): Promise<Finding> {
  const technician = await connectPerson(exchange, 'lina')
  const chain = connectChain(exchange.rpcUrl)
  const started = performance.now()
  let [patients, records, gas] = [0, 0, 0n]
  for await (const chart of charts) {
    patients++
    const number = Object.keys(exchange.people).length + 1
    const patient = await admitPatient(exchange, `patient-${number}`, `Imported patient ${patients + 1}`)
    const batch = await fileChart(technician, patient.account, chart, progress)
    records += batch.leaves.length
    gas += (await chain.getTransactionReceipt({ hash: batch.transaction })).gasUsed
  }
  const seconds = (performance.now() - started) / 1000
  return {
    ok: true,
    text:
      patients === 0
        ? 'The files hold one patient’s chart, which was filed above'
        : `City Hospital files the charts of ${patients} more ${patients === 1 ? 'patient' : 'patients'}, each in one batch`,
    proof: { patients, records, seconds: Number(seconds.toFixed(1)), gasOfBatches: Number(gas) },
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
