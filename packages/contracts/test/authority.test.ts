/**
 * The table of who may do what (`authority/table.ts`), each cell on a chain, and WHO-MAY.md, which is made from it.
 *
 *   HRE_UPDATE=1   writes WHO-MAY.md anew
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { decodeErrorResult, parseAbi } from 'viem'
import type { Hex } from 'viem'
import { exchangeErrorsAbi } from '@hre/protocol'
import { format, resolveConfig } from 'prettier'
import { anvilSkipReason } from './anvil.ts'
import { callerOf, pauseAll, setStage, stateChanging } from './authority/cast.ts'
import type { Stage } from './authority/cast.ts'
import { renderDocument } from './authority/document.ts'
import { expectedOf, roles, whoMay } from './authority/table.ts'
import type { Role } from './authority/table.ts'
import { startExchange } from './differential/exchange.ts'
import type { Exchange } from './differential/exchange.ts'

const documentPath = join(import.meta.dirname, '../WHO-MAY.md')
/** Ours, and what OpenZeppelin's initializer says. */
const errors = [...exchangeErrorsAbi, ...parseAbi(['error InvalidInitialization()'])] as const

describe('who may do what', () => {
  test('no function that changes state is missing from the table, and none is left over', () => {
    assert.deepEqual(Object.keys(whoMay).sort(), [...stateChanging].sort())
  })

  test('WHO-MAY.md is made from the table as it is', async () => {
    const options = await resolveConfig(documentPath)
    const made = await format(renderDocument(), { ...options, filepath: documentPath })
    if (process.env['HRE_UPDATE'] === '1') await writeFile(documentPath, made)
    assert.equal(await readFile(documentPath, 'utf8'), made)
  })

  describe('on a chain', { skip: anvilSkipReason }, () => {
    let exchange: Exchange
    let stage: Stage
    before(async () => {
      exchange = await startExchange()
      stage = await setStage(exchange)
    })
    after(() => exchange.stop())

    const outcomes = async (name: string, who: readonly Role[] = roles) => {
      const attempts = await Promise.all(
        who.map(async (role) => {
          const caller = callerOf(exchange, role)
          const args = await stage.arguments[name]!(caller)
          return { from: caller.wallet, ...stage.encode(name, args) }
        }),
      )
      const reverts = await exchange.attempt(attempts)
      return Object.fromEntries(who.map((role, index) => [role, nameOf(reverts[index])]))
    }

    for (const [name, row] of Object.entries(whoMay))
      test(`${name}, by every role`, async () => {
        const expected = Object.fromEntries(roles.map((role) => [role, expectedOf(row, role)]))
        assert.deepEqual(await outcomes(name), expected)
      })

    test('[M6] while all is paused that can be: nothing is done but by what cannot be paused', async () => {
      await pauseAll(stage)
      for (const [name, { may, paused }] of Object.entries(whoMay)) {
        // It is paused already.
        const answer = name === 'Consortium.votePause' ? 'ConsortiumPauseUnchanged' : paused
        const expected = Object.fromEntries(may.map((role) => [role, answer]))
        assert.deepEqual(await outcomes(name, may), expected, name)
      }
    })
  })
})

function nameOf(revert: Hex | undefined): string {
  if (revert === undefined) return 'done'
  try {
    return decodeErrorResult({ abi: errors, data: revert }).errorName
  } catch {
    return `revert ${revert}`
  }
}
