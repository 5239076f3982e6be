import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operationTypedData, type TypedMessage } from '@hre/protocol'
import { hexToBytes, bytesToHex, type Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { ana, consent } from '../test/people.ts'
import { isVaultError } from './errors.ts'
import { identityOfWallet, textSignedBy, type Wallet } from './wallet.ts'

const key = privateKeyToAccount(generatePrivateKey())
const address = key.address.toLowerCase() as Hex
const honest: Wallet = {
  address,
  signTypedData: (message) => key.signTypedData(message as never),
  signText: (message) => key.signMessage({ message }),
}
const message = (deadline = 1): TypedMessage =>
  operationTypedData({ chainId: 7, intake: consent } as never, {
    account: ana.account,
    target: consent,
    data: '0x1234',
    nonce: `0x${'00'.repeat(32)}`,
    deadline,
    gasLimit: 30_000,
  })
const answering = (answer: unknown): Wallet => ({
  ...honest,
  signTypedData: async () => answer as Hex,
  signText: async () => answer as Hex,
})
const refused = (error: unknown) => isVaultError(error, 'wallet-signature-refused')

test('[O1] a wallet signs for an account that is not its own address', async () => {
  const identity = identityOfWallet(ana.account, honest)
  assert.equal(identity.account, ana.account)
  assert.equal(identity.signer, address)
  assert.equal(await identity.sign(message()), await key.signTypedData(message() as never))
  assert.equal(await textSignedBy(honest, 'come in'), await key.signMessage({ message: 'come in' }))
})

test('a v of 0 or 1, as hardware wallets say it, becomes the one that contracts take', async () => {
  for (let deadline = 0; deadline < 20; deadline++) {
    const wanted = await key.signTypedData(message(deadline) as never)
    const bytes = hexToBytes(wanted)
    bytes[64]! -= 27
    const said = answering(bytesToHex(bytes))
    assert.equal(await identityOfWallet(ana.account, said).sign(message(deadline)), wanted)
  }
})

test('attack: a wallet that answers with another key’s signature, one of another message, or a changed one', async () => {
  const other = privateKeyToAccount(generatePrivateKey())
  const good = await key.signTypedData(message() as never)
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const s = BigInt(`0x${good.slice(66, 130)}`)
  const v = good.endsWith('1b') ? '1c' : '1b'
  const highS = `${good.slice(0, 66)}${(order - s).toString(16).padStart(64, '0')}${v}`
  const answers = [
    await other.signTypedData(message() as never),
    await key.signTypedData(message(2) as never),
    highS,
    `${good}00`,
    good.slice(0, -2),
    `0x${'00'.repeat(65)}`,
    `0x${'ff'.repeat(65)}`,
    '0x',
    'yes',
    null,
    undefined,
    7,
    { toString: () => good },
  ]
  for (const answer of answers) {
    await assert.rejects(identityOfWallet(ana.account, answering(answer)).sign(message()), refused)
    await assert.rejects(textSignedBy(answering(answer), 'come in'), refused)
  }
})
