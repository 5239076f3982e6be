/**
 * Measures what the promised acts cost on chain, now, and compares with the targets and with what others have published.
 *
 *   npm run gas                        a table
 *   npm run --silent gas -- --json     {"figures":{...}} in gas
 *
 * The measurements are test/Prices.t.sol, on the code that is deployed. Ends with 1 when a figure misses its target.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const packageDir = join(import.meta.dirname, '..')
const forge = join(packageDir, '../../node_modules/.bin/forge')

interface Price {
  name: string
  /** Gas, inclusive. */
  target: number
  /** What it is made of. Everywhere: the call data, the Intake with its check of the signature, the proxies, the events. */
  madeOf: string
  /** The same act elsewhere, as published. */
  rivals: string
}

const aFiftieth = 'a fiftieth of one transaction’s 21,000'

const prices: readonly Price[] = [
  {
    name: 'recordTwoPartyBatch100',
    target: 2_000,
    madeOf: `a hundredth of: one commitTwoParty of 100 records by the laboratory’s technician as a party, and one sign by the patient; fifty technicians, fifty patients; each with ${aFiftieth}`,
    rivals: 'founding papers 351,000; SwasthyaChain 184,000',
  },
  {
    name: 'recordTwoPartyBatch1',
    target: 130_000,
    madeOf: `the same with one record in the batch: one commitTwoParty and one sign, each with ${aFiftieth}`,
    rivals: 'founding papers 351,000; SwasthyaChain 184,000',
  },
  {
    name: 'recordTwoPartyBatch10000',
    target: 20,
    madeOf: 'the same with 10,000 records in the batch, divided by them',
    rivals: '-',
  },
  {
    name: 'grant',
    target: 60_000,
    madeOf: `one Consent.grant to a new reader; fifty patients, fifty readers; ${aFiftieth}`,
    rivals: 'MedRec 140,000-185,000; SwasthyaChain 133,000',
  },
  {
    name: 'revoke',
    target: 30_000,
    madeOf: `one Consent.revoke, less the refund for the word it clears; fifty patients, fifty readers; ${aFiftieth}`,
    rivals: 'MedRec 43,000-52,000',
  },
  {
    name: 'registerPatient',
    target: 150_000,
    madeOf: `one Directory.registerPatient, which attests and registers, with the patient’s agreement and 1,216-byte key; fifty nurses, fifty patients; ${aFiftieth}`,
    rivals: 'MedRec 728,000, and 897,000 for each relationship; SwasthyaChain 180,000',
  },
  {
    name: 'anchorReceipts',
    target: 80_000,
    madeOf: 'one Access.anchor alone in its transaction, the whole 21,000, for any number of receipts',
    rivals: 'one transaction for each access',
  },
]

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): void {
  // forge starts the compiler as `node`, which has to be this one.
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: packageDir,
    encoding: 'utf8',
    env: { ...process.env, ...env, PATH: path },
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new MeasurementError(`${stdout}${stderr}`)
}

/** Gas by figure. @throws MeasurementError */
function measure(): Record<string, number> {
  if (!existsSync(forge))
    throw new MeasurementError('forge is not installed on this platform (linux x64 only)')
  run(process.execPath, ['scripts/compile.ts'])
  // forge writes below the package alone.
  const folder = mkdtempSync(join(packageDir, 'cache-gas-'))
  try {
    run(forge, ['test', '--match-contract', 'PricesTest'], {
      FOUNDRY_SNAPSHOTS: folder,
      FORGE_SNAPSHOT_CHECK: 'false',
      FORGE_SNAPSHOT_EMIT: 'true',
    })
    const measured = JSON.parse(readFileSync(join(folder, 'prices.json'), 'utf8')) as Record<string, string>
    return Object.fromEntries(prices.map(({ name }) => [name, Number(measured[name])]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

class MeasurementError extends Error {
  override readonly name = 'MeasurementError'
}

function describe(figures: Record<string, number>): string {
  const amount = (value: number) => value.toLocaleString('en').padStart(9)
  const lines = prices.flatMap(({ name, target, madeOf, rivals }) => [
    `${name.padEnd(25)} ${amount(figures[name]!)} ${amount(target)}   ${rivals}`,
    `${' '.repeat(26)}${madeOf}`,
  ])
  return [`${'gas, everything included'.padEnd(25)}  measured    target   elsewhere`, ...lines].join('\n')
}

function main(): void {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const figures = measure()
  console.log(values.json ? JSON.stringify({ figures }) : describe(figures))
  // Written so that a figure that was not measured misses too.
  const missed = prices.filter(({ name, target }) => !(figures[name]! <= target))
  for (const { name, target } of missed) console.error(`gas: error: ${name} is above ${target}`)
  if (missed.length > 0) process.exitCode = 1
}

main()
