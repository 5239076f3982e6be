import { nameOf, recordKinds, type ProvenLeaf } from '@hre/protocol'
import { requestPages } from '@hre/sdk'
import type { Command } from 'commander'
import { purposeOf } from '../access.ts'
import { contextOf } from '../context.ts'
import { marksInWords } from '../marks.ts'
import { counted } from '../options/amounts.ts'
import { shortId } from '../options/short-id.ts'
import { partNames } from '../parts.ts'
import { accountNamed, actorOf, runningExchange } from '../running.ts'

export function addRecords(program: Command): void {
  program
    .command('records <patient>')
    .description('list the records of a chart that are open to somebody; the patient sees that they looked')
    .option('--as <name>', 'who is acting')
    .option('--purpose <code>', 'why: TREAT, ETREAT, HRESCH ... (default: TREAT, for the patient PATRQT)')
    .action(async (name: string, options: { as?: string; purpose?: string }, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      const exchange = await runningExchange(context)
      const patient = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      const purpose = purposeOf(actor, patient, options.purpose)
      const records: ProvenLeaf[] = []
      const receipts: number[] = []
      for await (const page of requestPages(actor, { patient, purpose })) {
        records.push(...page.records)
        receipts.push(page.receipt.index)
      }
      const partOf = partNames(actor, patient)
      const marks = marksInWords(exchange, records)
      const rows = records.map(({ leaf, batch, status, successor, signing }) => ({
        record: leaf.record,
        kind: nameOf(recordKinds, leaf.kind),
        part: partOf(leaf.compartment),
        sensitivity: leaf.sensitivity,
        batch,
        epoch: leaf.epoch,
        contentId: leaf.content,
        status,
        successor,
        signing,
      }))
      output.value({ patient, receipts, records: rows })
      output.table([
        ['RECORD', 'KIND', 'PART', 'SENSITIVITY', 'BATCH', 'EPOCH', 'STATE'],
        ...rows.map((row) => [
          shortId(row.record),
          row.kind,
          row.part,
          String(row.sensitivity),
          shortId(row.batch),
          String(row.epoch),
          marks(row),
        ]),
      ])
      const entries = receipts.length === 1 ? 'the access is entry' : 'the accesses are entries'
      output.line(`${counted(rows.length, 'record')}; ${entries} ${receipts.join(', ')} of the log.`)
    })
}
