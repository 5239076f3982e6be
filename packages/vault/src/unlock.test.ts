import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { assertRefused } from '../test/people.ts'
import {
  addUnlockWay,
  createRecoveryPhrase,
  createUnlockDocument,
  decodeRecoveryPhrase,
  encodeRecoveryPhrase,
  isVaultError,
  lockWhenIdle,
  passkeyKeyOf,
  passkeyPrfInput,
  removeUnlockWay,
  replaceUnlockWay,
  unlock,
  vaultErrorTable,
  type UnlockDocument,
  type UnlockSecret,
} from './index.ts'
import { labels } from './labels.ts'

const rootSeed = new Uint8Array(32).fill(7)
const passkey: UnlockSecret = { kind: 'passkey', credential: '0xAB01', prf: new Uint8Array(32).fill(1) }
const paper: UnlockSecret = { kind: 'phrase', phrase: createRecoveryPhrase() }
const password: UnlockSecret = { kind: 'password', password: 'correct horse' }
let document: UnlockDocument
before(async () => {
  document = await createUnlockDocument(rootSeed, [passkey, paper])
})

describe('ways to unlock', () => {
  it('[K1] each way opens it, also after JSON, and a new seed is handed out each time', async () => {
    const stored = JSON.parse(JSON.stringify(document)) as UnlockDocument
    for (const secret of [passkey, paper]) assert.deepEqual(await unlock(stored, secret), rootSeed)
    ;(await unlock(stored, paper)).fill(0)
    assert.deepEqual(await unlock(stored, paper), rootSeed)
  })

  it('[K1] fewer than two ways are refused, at first and when one is removed', async () => {
    await assertRefused(() => createUnlockDocument(rootSeed, [paper]), 'keystore-refused')
    await assertRefused(() => removeUnlockWay(document, rootSeed, document.ways[0]!.id), 'keystore-refused')
  })

  it('[K1] a way is added, replaced and removed; what was removed opens no more', async () => {
    const three = await addUnlockWay(document, rootSeed, password)
    assert.deepEqual([three.revision, three.ways.length], [2, 3])
    assert.deepEqual(await unlock(three, password), rootSeed)
    const other: UnlockSecret = { kind: 'phrase', phrase: createRecoveryPhrase() }
    const replaced = await replaceUnlockWay(three, rootSeed, three.ways[1]!.id, other)
    await assertRefused(() => unlock(replaced, paper), 'keystore-not-opened')
    assert.deepEqual(await unlock(replaced, other), rootSeed)
    const two = removeUnlockWay(replaced, rootSeed, replaced.ways[0]!.id)
    assert.equal(two.revision, 4)
    await assertRefused(() => unlock(two, passkey), 'keystore-not-opened')
    assert.deepEqual(await unlock(two, password), rootSeed)
    const unknown = `0x${'00'.repeat(16)}` as const
    await assertRefused(() => removeUnlockWay(two, rootSeed, unknown), 'argument-invalid')
  })

  it('[K1] whoever stores it cannot add a way of his own, nor change it with another seed', async () => {
    const his = await createUnlockDocument(new Uint8Array(32), [passkey, paper])
    const mixed = { ...document, ways: [...document.ways, his.ways[1]!] }
    await assertRefused(() => unlock(mixed, paper), 'keystore-altered')
    await assertRefused(() => addUnlockWay(document, new Uint8Array(32), paper), 'keystore-altered')
  })

  it('[K1] a third password is refused: trying costs memory and time', async () => {
    const three = await addUnlockWay(document, rootSeed, password)
    const way = three.ways[2]!
    const ways = [1, 2, 3].map((n) => ({ ...way, id: `0x0${n}${'00'.repeat(15)}` as const }))
    await assertRefused(() => unlock({ ...document, ways }, password), 'keystore-refused')
  })

  it('[K1] a hole among the ways is refused', async () => {
    const ways = [document.ways[0]!, document.ways[1]!, document.ways[1]!]
    delete ways[1]
    await assertRefused(() => unlock({ ...document, ways }, paper), 'keystore-refused')
  })

  it('[K2] label and PRF input are spelled as they always were', () => {
    assert.equal(passkeyPrfInput, 'HRE passkey unlock v1')
    assert.equal(labels.unlockPasskey(), 'HRE unlock passkey v1')
    assert.equal(labels.unlockPhrase(), 'HRE unlock phrase v1')
    assert.equal(labels.unlockDocument(), 'HRE unlock document v1')
    assert.throws(() => passkeyKeyOf(new Uint8Array(31)))
  })

  // https://github.com/trezor/python-mnemonic/blob/master/vectors.json
  it('[K3] phrases are those of BIP-39’s published vectors', () => {
    const published: [number, string, string][] = [
      [0x00, 'abandon', 'art'],
      [0xff, 'zoo', 'vote'],
    ]
    for (const [byte, word, last] of published) {
      const phrase = `${`${word} `.repeat(23)}${last}`
      assert.equal(encodeRecoveryPhrase(new Uint8Array(32).fill(byte)), phrase)
      assert.deepEqual(decodeRecoveryPhrase(phrase), new Uint8Array(32).fill(byte))
    }
    const legal = `${'legal winner thank year wave sausage worth useful '.repeat(3)}`
      .trim()
      .replace(/useful$/, 'title')
    assert.equal(encodeRecoveryPhrase(new Uint8Array(32).fill(0x7f)), legal)
  })

  it('[K3] two words in each other’s place are found out nearly always', () => {
    let found = 0
    for (let count = 0; count < 100; count++) {
      const words = createRecoveryPhrase().split(' ')
      ;[words[3], words[4]] = [words[4]!, words[3]!]
      try {
        decodeRecoveryPhrase(words.join(' '))
      } catch (error) {
        assert.ok(isVaultError(error, 'phrase-malformed'))
        // Always the same words, so none of the phrase.
        const { title, hint } = vaultErrorTable['phrase-malformed']
        assert.equal(error.message, `${title}. ${hint}.`)
        found++
      }
    }
    assert.ok(found > 90, `${found} of 100`)
  })
})

describe('lock by inactivity', () => {
  it('[K5] use postpones it, idleness locks and overwrites, also when no timer fired', async () => {
    let clock = 0
    let locks = 0
    const seed = Uint8Array.from(rootSeed)
    const options = { idleSeconds: 60, now: () => clock, onLock: () => locks++ }
    const session = lockWhenIdle(seed, options)
    clock += 59_000
    assert.equal(
      session.use((lent) => lent[0]),
      7,
    )
    clock += 59_999
    assert.ok(!session.isLocked)
    session.touch()
    clock += 60_000
    await assertRefused(() => session.use(() => assert.fail('lent')), 'locked')
    assert.deepEqual(seed, new Uint8Array(32))
    session.touch()
    session.lock()
    assert.ok(session.isLocked && locks === 1)
  })

  it('[K5] the timer locks by itself, and one may lock at once', async () => {
    const session = lockWhenIdle(Uint8Array.from(rootSeed), { idleSeconds: 0.02 })
    let told = false
    const other = lockWhenIdle(Uint8Array.from(rootSeed), { idleSeconds: 0.02, onLock: () => (told = true) })
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.ok(told && other.isLocked && session.isLocked)
    const seed = Uint8Array.from(rootSeed)
    lockWhenIdle(seed, { idleSeconds: 60 }).lock()
    assert.deepEqual(seed, new Uint8Array(32))
    for (const idleSeconds of [0, -1, NaN, Infinity, 86_401]) {
      await assertRefused(() => lockWhenIdle(seed, { idleSeconds }), 'argument-invalid')
    }
  })
})
