/**
 * [C10] The TypeScript evaluator against `Consent.decide`, over random directories and grants. What the evaluator is
 * told comes from a model of what was sent, never from the contract.
 *
 *   HRE_CASES   how many questions, 500 by default
 *   HRE_SEED    repeats a run; a failure prints it
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { decide, decideRecord, decisions } from '@hre/protocol'
import { anvilSkipReason } from './anvil.ts'
import { Draw } from './differential/draw.ts'
import { startExchange } from './differential/exchange.ts'
import type { Exchange } from './differential/exchange.ts'
import { buildWorld, drawQuestion, factsOf } from './differential/world.ts'

const cases = wholeNumber('HRE_CASES', 1, 10_000_000) ?? 500
const seed = wholeNumber('HRE_SEED', 0, 2 ** 32 - 1) ?? Math.floor(Math.random() * 2 ** 31)
/** A world costs as much as 300 questions to it: long runs ask each more, and still see hundreds of worlds. */
const casesPerWorld = Math.max(50, Math.ceil(cases / 400))

describe('the evaluator and the contract', { skip: anvilSkipReason }, () => {
  let exchange: Exchange
  before(async () => {
    exchange = await startExchange()
  })
  after(() => exchange.stop())

  test(`[C10] agree in ${cases} cases, seed ${seed}`, { timeout: 60_000 + cases * 10 }, async (context) => {
    context.diagnostic(`HRE_SEED=${seed}`)
    const draw = new Draw(seed)
    const seen = new Map<string, number>()
    for (let asked = 0; asked < cases;) {
      const world = await buildWorld(exchange, draw)
      const questions = Array.from({ length: Math.min(casesPerWorld, cases - asked) }, () =>
        drawQuestion(world, draw),
      )
      const answers = await exchange.ask(questions)
      for (const [index, question] of questions.entries()) {
        const facts = factsOf(world, question)
        const expected = question.record ? decideRecord(facts, question) : decide(facts, question)
        const actual = decisions[answers[index]!]
        assert.equal(
          actual,
          expected,
          `HRE_SEED=${seed} case ${asked + index}: ${inspect({ question, facts }, { depth: 4 })}`,
        )
        seen.set(expected, (seen.get(expected) ?? 0) + 1)
      }
      asked += questions.length
    }
    context.diagnostic(JSON.stringify(Object.fromEntries(seen)))
    // A run that never reaches an answer says nothing about it.
    if (cases >= 5000) assert.deepEqual([...seen.keys()].sort(), [...decisions].sort())
  })
})

/** @throws Error when the variable is there and is no whole number in this range: a run of none would pass. */
function wholeNumber(name: string, min: number, max: number): number | undefined {
  const text = process.env[name]
  if (text === undefined) return undefined
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  if (number >= min && number <= max) return number
  throw new Error(`${name} is ${JSON.stringify(text)}: give a whole number from ${min} to ${max}`)
}
