import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertRefused, labs } from '../test/people.ts'
import {
  createRecoveryPhrase,
  openKeyring,
  openSucceededKeyring,
  passwordParametersOf,
  recoveryPrefixOf,
  createRecoveryRequest,
  recoveryRequestHashOf,
  recoveryWordsOf,
  sealSuccession,
  sealKeystore,
  unlockProofsOf,
  unlockVerifierOf,
  verifiersOfWays,
} from './index.ts'

const old = new Uint8Array(32).fill(1)
const fresh = new Uint8Array(32).fill(2)
const third = new Uint8Array(32).fill(3)
const { account } = openKeyring(old)
const place = { chainId: 1, directory: account, account }

describe('[K9] a root seed that took over', () => {
  const succession = sealSuccession(fresh, { account, rootSeed: old, lastEpochs: { [labs]: 3 } })
  const ring = openSucceededKeyring(fresh, succession)

  it('signs and receives by the fresh seed, for the same account', () => {
    assert.equal(ring.account, account)
    assert.equal(ring.signer, openKeyring(fresh).signer)
    assert.deepEqual(ring.recipientSeed, openKeyring(fresh).recipientSeed)
  })

  it('keeps the ids of compartments and the epochs of before; later epochs are the fresh seed’s', () => {
    assert.equal(ring.compartmentId('labs'), openKeyring(old).compartmentId('labs'))
    assert.deepEqual(ring.epochSeed(labs, 3), openKeyring(old).epochSeed(labs, 3))
    assert.deepEqual(ring.epochSeed(labs, 4), openKeyring(fresh).epochSeed(labs, 4))
  })

  it('twice over, each seed makes its own epochs', () => {
    const again = sealSuccession(third, { account, rootSeed: fresh, lastEpochs: { [labs]: 5 }, succession })
    const last = openSucceededKeyring(third, again)
    assert.equal(last.account, account)
    assert.deepEqual(last.epochSeed(labs, 2), openKeyring(old).epochSeed(labs, 2))
    assert.deepEqual(last.epochSeed(labs, 5), openKeyring(fresh).epochSeed(labs, 5))
    assert.deepEqual(last.epochSeed(labs, 6), openKeyring(third).epochSeed(labs, 6))
  })

  it('attack: the old seed opens nothing of the fresh one, and an altered box is refused', async () => {
    await assertRefused(() => openSucceededKeyring(old, succession), 'keystore-not-opened')
    const altered = { ...succession, box: `0x${succession.box.slice(2, -2)}00` as const }
    await assertRefused(() => openSucceededKeyring(fresh, altered), 'keystore-not-opened')
    await assertRefused(
      () => openSucceededKeyring(fresh, { ...succession, suite: 2 } as never),
      'message-refused',
    )
  })
})

describe('[K10] proofs to whoever keeps the document', () => {
  it('a password proves itself under its own parameters alone, and for one account', async () => {
    const keystore = await sealKeystore(old, 'correct horse')
    const way = { id: `0x${'00'.repeat(16)}`, kind: 'password', keystore } as const
    const secret = { kind: 'password', password: 'correct horse' } as const
    const { verifier } = (await verifiersOfWays(account, [way], [secret]))[0]!
    const decoy = passwordParametersOf(`0x${'07'.repeat(16)}`)
    const proofs = await unlockProofsOf(account, secret, [keystore, decoy])
    assert.deepEqual(
      proofs.map((proof) => unlockVerifierOf(proof) === verifier),
      [true, false],
    )
    const wrong = await unlockProofsOf(account, { kind: 'password', password: 'correct hors' }, [keystore])
    assert.notEqual(unlockVerifierOf(wrong[0]!), verifier)
    const elsewhere = await unlockProofsOf(openKeyring(fresh).account, secret, [keystore])
    assert.notEqual(unlockVerifierOf(elsewhere[0]!), verifier)
  })

  it('a phrase and a passkey need no parameters', async () => {
    const phrase = { kind: 'phrase', phrase: createRecoveryPhrase() } as const
    assert.equal((await unlockProofsOf(account, phrase, [])).length, 1)
    const passkey = { kind: 'passkey', credential: '0x01', prf: new Uint8Array(32) } as const
    assert.equal((await unlockProofsOf(account, passkey, [])).length, 1)
  })
})

it('[K8] the words that are read out find the request', async () => {
  const { request } = createRecoveryRequest(place)
  const words = recoveryWordsOf(request)
  assert.ok(recoveryRequestHashOf(request).startsWith(recoveryPrefixOf(` ${words.toUpperCase()}\n`)))
  await assertRefused(() => recoveryPrefixOf('abandon'), 'phrase-malformed', {
    reason: 'word-count',
    position: 0,
  })
  const wrong = words.replace(/^\w+/, 'abandonn')
  await assertRefused(() => recoveryPrefixOf(wrong), 'phrase-malformed', {
    reason: 'unknown-word',
    position: 1,
  })
})
