import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DrizzleQueryError } from 'drizzle-orm'
import { hreError } from '@hre/protocol'
import { loggable } from './logging.ts'
import { databaseFault } from './store/faults.ts'

test('attack: a failing statement brings a name into the log. Codes and places are logged, no message and no row', () => {
  const cause = Object.assign(new Error('duplicate key: (name)=(Ana Sharma)'), {
    code: '23505',
    detail: 'Key (name)=(Ana Sharma) already exists.',
    routine: '_bt_check_unique',
  })
  const error = new DrizzleQueryError('insert into t values ($1)', ['Ana Sharma'], cause)
  const logged = loggable(error)
  assert.doesNotMatch(JSON.stringify(logged), /Ana|Sharma/)
  assert.match(JSON.stringify(logged), /"code":"23505"/)
  assert.equal(databaseFault(error), undefined)
})

test('what says "not now" is a 503 with Retry-After, a full disk a 507, and everything else a fault of ours', () => {
  const failing = (code: string) =>
    new DrizzleQueryError('select', [], Object.assign(new Error('x'), { code }))
  for (const code of ['57P01', '57P03', '57014', '08006', '53300', '40001', 'ECONNREFUSED', 'ECONNRESET']) {
    const fault = databaseFault(failing(code))
    assert.deepEqual([fault?.code, fault?.status], ['database-unavailable', 503], code)
    assert.ok(Number(fault?.data['retryAfterSeconds']) > 0)
  }
  assert.equal(databaseFault(failing('53100'))?.code, 'storage-full')
  assert.equal(databaseFault(failing('42P01')), undefined)
  assert.equal(databaseFault(hreError('not-found')), undefined)
})
