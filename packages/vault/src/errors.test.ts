import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isNotForMe, isVaultError, VaultError, vaultErrorTable, type VaultErrorCode } from './index.ts'

describe('errors', () => {
  it('every row says what happened and what to do next', () => {
    for (const [code, { title, hint, kind, retry }] of Object.entries(vaultErrorTable)) {
      assert.match(code, /^[a-z]+(-[a-z]+)*$/)
      assert.ok(title.length > 10 && hint.length > 10, code)
      assert.ok(!title.endsWith('.') && !hint.endsWith('.'), code)
      assert.equal(retry === 'later', kind === 'platform', code)
    }
  })

  it('an error carries code, typed data, retry, hint and its cause', () => {
    const cause = new Error('below')
    const error = new VaultError('wrap-malformed', { sizeBytes: 7 }, cause)
    assert.equal(error.data.sizeBytes, 7)
    assert.equal(error.cause, cause)
    assert.equal(error.retry, 'never')
    assert.ok(error.message.includes(error.hint))
    assert.ok(isVaultError(error, 'wrap-malformed') && !isVaultError(error, 'record-damaged'))
    assert.ok(!isVaultError(cause))
  })

  it('"not for me" is never "broken"', () => {
    for (const code of Object.keys(vaultErrorTable) as VaultErrorCode[]) {
      const error = new VaultError(code, {} as never)
      assert.equal(isNotForMe(error), /-not-for-|not-opened/.test(code), code)
    }
    assert.ok(!isNotForMe(new Error('no')))
  })
})
