import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Address, Hex } from 'viem'
import { openDatabase, type Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import type { ExchangeEvent } from './apply.ts'
import { NewRows } from './newRows.ts'

const hexOf = (value: number, bytes: number): Hex => `0x${value.toString(16).padStart(bytes * 2, '0')}`
const place = { at: 5, block: 7, logIndex: 0, transaction: hexOf(9, 32), delegate: undefined }
const event = (eventName: ExchangeEvent['eventName'], args: object) =>
  ({ eventName, args }) as unknown as ExchangeEvent
const opened = (patient: number, compartment: number) =>
  event('CompartmentOpened', {
    patient: hexOf(patient, 20),
    compartment: hexOf(compartment, 32),
    sensitivity: 3,
    recipient: '0x01',
  })

/** Counts what a database is told to do. */
function counted(db: Database): { tx: Database; statements: () => number } {
  let statements = 0
  const tx = new Proxy(db, {
    get(target, name) {
      if (name === 'execute') statements++
      const value = target[name as keyof Database] as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return { tx, statements: () => statements }
}

test('rows that events add are one statement for each table, in the order of the events, written once', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hre-rows-'))
  const { db, close } = await openDatabase({ dataDir })
  try {
    const { tx, statements } = counted(db)
    const rows = new NewRows()
    for (let index = 0; index < 1_500; index++) assert.ok(rows.take(opened(1, index), place))
    const member = { organisation: hexOf(3, 20), role: 1 }
    assert.ok(rows.take(event('MemberAdded', { ...member, account: hexOf(4, 20) }), place))
    assert.ok(
      rows.take(event('AccountRegistered', { account: hexOf(4, 20), signer: '0x', recipient: '0x' }), place),
    )
    await rows.write(tx)
    // Two tables of 1,500 rows, which are two statements each; members, accounts and what happened.
    assert.equal(statements(), 2 * 2 + 3)
    await rows.write(tx)
    assert.equal(statements(), 7)
    assert.equal(await db.$count(t.compartments), 1_500)
    const [epoch] = await db.select().from(t.epochs).limit(1)
    assert.deepEqual([epoch!.since, epoch!.block, epoch!.epoch], [place.at, place.block, 1])
    const said = await db.select({ id: t.activity.id, what: t.activity.what }).from(t.activity)
    said.sort((a, b) => a.id - b.id)
    assert.match(said[0]!.what, /added a member/)
    assert.match(said[1]!.what, /registered/)
  } finally {
    await close()
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('an event that reads, changes or deletes rows is not taken: what waits is written before it', () => {
  const patient = hexOf(1, 20) as Address
  for (const name of ['ConsentGranted', 'RecordsKept', 'SignerReplaced', 'MemberRemoved'] as const)
    assert.equal(new NewRows().take(event(name, { patient }), place), false)
})
