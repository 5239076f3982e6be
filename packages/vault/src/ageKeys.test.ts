import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { ana, assertRefused } from '../test/people.ts'
import {
  decodeAgeIdentity,
  decodeAgeRecipient,
  encodeAgeIdentity,
  encodeAgeRecipient,
  isVaultError,
  recipientOf,
} from './index.ts'

describe('age keys', () => {
  it('[E6] an age identity is exactly the seed, and its recipient the one age makes of it', async () => {
    const identity = await generateHybridIdentity()
    const seed = decodeAgeIdentity(identity)
    assert.equal(encodeAgeIdentity(seed), identity)
    assert.equal(encodeAgeRecipient(recipientOf(seed)), await identityToRecipient(identity))
  })

  it('[E6] recipient and identity come back from their text', () => {
    assert.deepEqual(decodeAgeRecipient(encodeAgeRecipient(ana.recipient)), ana.recipient)
    assert.deepEqual(decodeAgeIdentity(encodeAgeIdentity(ana.recipientSeed)), ana.recipientSeed)
    assert.match(encodeAgeRecipient(ana.recipient), /^age1pq1/)
    assert.match(encodeAgeIdentity(ana.recipientSeed), /^AGE-SECRET-KEY-PQ-1/)
  })

  it('[E1] a classic X25519 key is refused', async () => {
    const classic = await generateX25519Identity()
    await assertRefused(() => decodeAgeIdentity(classic), 'age-key-malformed', { form: 'identity' })
    const recipient = await identityToRecipient(classic)
    await assertRefused(() => decodeAgeRecipient(recipient), 'age-key-malformed', { form: 'recipient' })
  })

  it('a key in the wrong case, cut, mistyped or not text is refused', async () => {
    const recipient = encodeAgeRecipient(ana.recipient)
    const identity = encodeAgeIdentity(ana.recipientSeed)
    const mistyped = (text: string) => text.slice(0, -1) + (/[qQ]$/.test(text) ? 'p' : 'q')
    for (const text of [recipient.toUpperCase(), recipient.slice(0, -1), mistyped(recipient), '', null, 7]) {
      await assertRefused(() => decodeAgeRecipient(text as string), 'age-key-malformed')
    }
    for (const text of [
      identity.toLowerCase(),
      identity.slice(1),
      mistyped(identity),
      recipient,
      '',
      undefined,
    ]) {
      await assertRefused(() => decodeAgeIdentity(text as string), 'age-key-malformed')
    }
  })

  it('the error about a mistyped identity does not carry it', () => {
    const identity = encodeAgeIdentity(ana.recipientSeed)
    try {
      decodeAgeIdentity(`${identity}Q`)
      assert.fail('accepted')
    } catch (error) {
      assert.ok(isVaultError(error, 'age-key-malformed'))
      const all = `${error.stack}${JSON.stringify(error.data)}${String(error.cause)}`.toUpperCase()
      assert.ok(!all.includes(identity.slice(19, 40)))
    }
  })
})
