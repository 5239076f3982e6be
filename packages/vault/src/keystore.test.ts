import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { assertRefused } from '../test/people.ts'
import { assertKeystore, isNotForMe, openKeystore, sealKeystore, type Keystore } from './index.ts'

const rootSeed = new Uint8Array(32).fill(7)
const password = 'correct horse pe\u0301diatrie'
let keystore: Keystore

before(async () => {
  keystore = await sealKeystore(rootSeed, password)
})

describe('keystore', () => {
  it('[E11] survives JSON and opens with the password', async () => {
    const stored = JSON.parse(JSON.stringify(keystore)) as Keystore
    assert.deepEqual(await openKeystore(stored, password), rootSeed)
  })

  it('[E11] the same password typed on another keyboard opens it', async () => {
    assert.deepEqual(await openKeystore(keystore, password.normalize('NFC')), rootSeed)
  })

  it('[E11] a wrong password is "not for me"', async () => {
    await assert.rejects(openKeystore(keystore, `${password} `), isNotForMe)
  })

  it('[E11] an altered salt, nonce, box or parameter opens nothing', async () => {
    const altered: Keystore[] = [
      { ...keystore, salt: `0x${'00'.repeat(16)}` },
      { ...keystore, nonce: `0x${'00'.repeat(24)}` },
      { ...keystore, box: `0x${'00'.repeat(48)}` },
      { ...keystore, kdf: { ...keystore.kdf, iterations: 4 } },
    ]
    for (const each of altered) await assertRefused(() => openKeystore(each, password), 'keystore-not-opened')
  })

  it('[E11] parameters that weaken the password or exhaust the machine are refused before any work', async () => {
    const { kdf } = keystore
    const changes: [string, unknown][] = [
      ['kdf.memoryKiB', { ...kdf, memoryKiB: 65_535 }],
      ['kdf.memoryKiB', { ...kdf, memoryKiB: 8 }],
      ['kdf.memoryKiB', { ...kdf, memoryKiB: 1024 * 1024 + 1 }],
      ['kdf.memoryKiB', { ...kdf, memoryKiB: 2 ** 40 }],
      ['kdf.memoryKiB', { ...kdf, memoryKiB: '65536' }],
      ['kdf.memoryKiB', { ...kdf, memoryKiB: 65_536.5 }],
      ['kdf.iterations', { ...kdf, iterations: 2 }],
      ['kdf.iterations', { ...kdf, iterations: 11 }],
      ['kdf.parallelism', { ...kdf, parallelism: 0 }],
      ['kdf.parallelism', { ...kdf, parallelism: 1000 }],
      ['kdf.name', { ...kdf, name: 'argon2i' }],
      ['kdf.name', null],
    ]
    const start = performance.now()
    for (const [field, change] of changes) {
      await assert.rejects(openKeystore({ ...keystore, kdf: change } as Keystore, password), {
        code: 'keystore-refused',
        data: { field, expected: expectedOf(field) },
      })
    }
    assert.ok(performance.now() - start < 1000)
  })

  it('[E11] the limits themselves are accepted', () => {
    assertKeystore({ ...keystore, kdf: { ...keystore.kdf, memoryKiB: 1024 * 1024, iterations: 10 } })
  })

  it('[E11] another suite, a short salt and anything that is no keystore are refused', async () => {
    const bad = [
      { ...keystore, suite: 2 },
      { ...keystore, salt: '0x00' },
      { ...keystore, nonce: undefined },
      { ...keystore, box: `${keystore.box}00` },
      {},
      null,
      'keystore',
      [],
    ]
    for (const each of bad)
      await assertRefused(() => openKeystore(each as Keystore, password), 'keystore-refused')
  })

  it('[E11] an empty, endless or broken password is refused', async () => {
    for (const bad of ['', 'x'.repeat(1025), '\ud800', 7 as never]) {
      await assertRefused(() => sealKeystore(rootSeed, bad), 'argument-invalid')
      await assertRefused(() => openKeystore(keystore, bad), 'argument-invalid')
    }
    await assertRefused(() => sealKeystore(new Uint8Array(31), password), 'argument-invalid')
  })
})

function expectedOf(field: string): string {
  return {
    'kdf.memoryKiB': '65536 to 1048576',
    'kdf.iterations': '3 to 10',
    'kdf.parallelism': '1',
    'kdf.name': 'argon2id',
  }[field]!
}
