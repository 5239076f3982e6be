import { lowerAddress, nameOf, roles } from '@hre/protocol'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Database } from '../store/database.ts'
import { insertOfMany } from '../store/manyRows.ts'
import * as t from '../store/schema.ts'
import type { EventPlace, ExchangeEvent } from './apply.ts'

/** Rows a statement inserts at most. */
const rowsPerStatement = 1_000

/**
 * Rows that events add without a look at others: those of many events are one statement for each table. A block full of operations is
 * mostly that, and a statement costs far more than a row.
 */
export class NewRows {
  readonly #rows = new Map<PgTable, PgTable['$inferInsert'][]>()

  /** @returns false for an event that reads, changes or deletes rows: before that one, what waits has to be written. */
  take(event: ExchangeEvent, place: EventPlace): boolean {
    switch (event.eventName) {
      case 'AccountRegistered': {
        const { account, signer, recipient } = event.args
        this.#add(t.accounts, { account: lowerAddress(account), signer, recipient })
        this.#say('An account was registered', place)
        return true
      }
      case 'MemberAdded': {
        const { account, organisation, role } = event.args
        const member = { account: lowerAddress(account), organisation: lowerAddress(organisation), role }
        this.#add(t.members, member)
        this.#say(`An organisation added a member in the role ${nameOf(roles, role)}`, place)
        return true
      }
      case 'PatientAttested': {
        const { patient, organisation, identityCommitment } = event.args
        this.#add(t.attestations, {
          patient: lowerAddress(patient),
          organisation: lowerAddress(organisation),
          commitment: identityCommitment,
        })
        this.#say('An organisation attested a patient', place)
        return true
      }
      case 'CompartmentOpened': {
        const { patient, compartment, sensitivity, recipient } = event.args
        const key = { patient: lowerAddress(patient), compartment }
        this.#add(t.compartments, { ...key, sensitivity, epoch: 1 })
        this.#add(t.epochs, { ...key, epoch: 1, recipient, since: place.at, block: place.block })
        return true
      }
      case 'RecordsCommitted': {
        const { batch, organisation, author, root, count, manifest } = event.args
        this.#add(t.batches, {
          batch,
          organisation: lowerAddress(organisation),
          // Unless the next event names another one.
          keeper: lowerAddress(organisation),
          author: lowerAddress(author),
          root,
          count,
          manifest,
          committedAt: place.at,
          block: place.block,
          logIndex: place.logIndex,
          state: 'waiting',
        })
        this.#say(`${count} ${count === 1 ? 'record was' : 'records were'} committed in one batch`, place)
        return true
      }
      case 'AccessAnchored': {
        const { organisation, sequence, previous, root, count, head } = event.args
        this.#add(t.anchors, {
          organisation: lowerAddress(organisation),
          sequence: Number(sequence),
          previous,
          root,
          count,
          head,
          block: place.block,
        })
        const receipts = count === 1 ? 'access receipt' : 'access receipts'
        this.#say(`An organisation anchored ${count} ${receipts}`, place)
        return true
      }
      case 'OperationApplied':
      case 'OperationFailed':
      case 'OperationRefused':
        // Outcomes of operations are read by the relay that carried them.
        return true
      default:
        return false
    }
  }

  /** Writes what waits, each table's rows in the order of their events. */
  async write(tx: Database): Promise<void> {
    for (const [table, rows] of this.#rows)
      for (let start = 0; start < rows.length; start += rowsPerStatement)
        await tx.execute(insertOfMany(table, rows.slice(start, start + rowsPerStatement)))
    this.#rows.clear()
  }

  #add<Table extends PgTable>(table: Table, row: Table['$inferInsert']): void {
    const rows = this.#rows.get(table)
    if (rows) rows.push(row)
    else this.#rows.set(table, [row])
  }

  #say(what: string, { at, block, transaction }: EventPlace): void {
    this.#add(t.activity, { at, block, transaction, what })
  }
}
