import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeErrorResult } from 'viem'
import { codeOfContractError, contractError, contractErrorTable } from './contract-errors.ts'
import { errorTable, HreError, hreError } from './errors.ts'
import { exchangeErrorsAbi } from './generated/abis.ts'
import { fromProblem, problemSchema, toProblem } from './problem.ts'

test('every error of the contracts has a sentence, and no sentence is left over', () => {
  const names = [...new Set(exchangeErrorsAbi.map(({ name }) => name))].sort()
  assert.deepEqual(Object.keys(contractErrorTable).sort(), names)
})

test('codes are unique across contracts and the rest', () => {
  const codes = [...Object.keys(contractErrorTable).map(codeOfContractError), ...Object.keys(errorTable)]
  assert.equal(new Set(codes).size, codes.length)
})

test('revert bytes become a typed error with named data', () => {
  const reason = encodeErrorResult({
    abi: exchangeErrorsAbi,
    errorName: 'IntakeExpired',
    args: [5, 7n],
  })
  const error = contractError(reason)
  assert.equal(error?.code, 'intake-expired')
  assert.deepEqual(error?.data, { deadline: 5, timestamp: '7' })
})

test('bytes that are no error of ours are none', () => {
  for (const reason of ['0x', '0x12345678', `0x${'ff'.repeat(512)}`] as const)
    assert.equal(contractError(reason), undefined)
})

test('an error survives the wire', () => {
  const error = hreError('blob-missing', { count: 3 })
  const again = fromProblem(problemSchema.parse(JSON.parse(JSON.stringify(toProblem(error)))))
  assert.ok(again instanceof HreError)
  assert.deepEqual(toProblem(again), toProblem(error))
})

test('every row says what happened and what to do next', () => {
  for (const [code, { title, hint, status }] of Object.entries(errorTable)) {
    assert.ok(title.length > 10 && hint.length > 5, code)
    assert.ok(status >= 400 && status < 600, code)
  }
})
