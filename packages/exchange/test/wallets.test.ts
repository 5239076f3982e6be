import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  allowCountries,
  allowedCountries,
  connectByWallet,
  grantAccess,
  moveToWallet,
  requestAccess,
  returnFromWallet,
  revokeAccess,
  type Actor,
} from '@hre/sdk'
import { isVaultError, type Wallet } from '@hre/vault'
import type { Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { fileSome, inSeconds, refusal, startWorld, type World } from './world.ts'

/** A wallet with a key of its own, which writes down what it was asked to sign. */
function newWallet(): Wallet & { asked: string[] } {
  const key = privateKeyToAccount(generatePrivateKey())
  const asked: string[] = []
  return {
    asked,
    address: key.address.toLowerCase() as Hex,
    async signTypedData(message) {
      asked.push(message.primaryType)
      return key.signTypedData(message as never)
    },
    async signText(text) {
      asked.push(text)
      return key.signMessage({ message: text })
    },
  }
}

describe('a wallet signs for an account', () => {
  let world: World
  let patient: Actor
  let doctor: Actor
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    doctor = await world.newMember(world.lakeside, 'doctor')
    await fileSome(world.city.actor, patient)
  })
  after(() => world.stop())

  const byWallet = (wallet: Wallet) =>
    connectByWallet({ gatewayUrl: world.city.gateway.url, keyring: patient.keyring, wallet })
  const terms = () => ({
    reader: doctor.account,
    compartments: [patient.keyring.compartmentId('labs')],
    purposes: ['TREAT'] as const,
    until: inSeconds(3600),
  })
  const wallet = newWallet()

  test('[D13] it agrees, takes over, and the key of before signs no longer', async () => {
    await allowCountries(patient, { countries: ['IN'], readingAbroad: 'emergency' })
    assert.equal((await allowedCountries(patient))?.isCurrent, true)
    await moveToWallet(patient, wallet)
    assert.deepEqual(wallet.asked, ['SignerReplacement'])
    await assert.rejects(grantAccess(patient, terms()), refusal('signature-invalid'))
  })

  test('[G38] it signs in with a message that names this gateway, this chain and this account', async () => {
    const actor = await byWallet(wallet)
    assert.equal(actor.account, patient.account)
    wallet.asked.length = 0
    const { records } = await requestAccess(actor, { patient: actor.account, purpose: 'PATRQT' })
    assert.equal(records.length, 3)
    const [request, message] = wallet.asked
    assert.match(message!, new RegExp(`^${new URL(world.city.gateway.url).host} wants you to sign in`))
    assert.match(message!, new RegExp(`Chain ID: ${world.deployment.chainId}\n`))
    assert.match(message!, new RegExp(`- urn:hre:account:${patient.account}$`))
    assert.equal(request, 'AccessRequest')
  })

  test('[P4] what the key of before said of countries is known, and to be said again', async () => {
    const actor = await byWallet(wallet)
    const before = await allowedCountries(actor)
    assert.deepEqual(
      [before?.countries, before?.readingAbroad, before?.isCurrent],
      [['IN'], 'emergency', false],
    )
    await allowCountries(actor, before!)
    assert.equal((await allowedCountries(actor))?.isCurrent, true)
  })

  test('it shares, and ends the share', async () => {
    const actor = await byWallet(wallet)
    await grantAccess(actor, terms())
    assert.equal(
      (await requestAccess(doctor, { patient: actor.account, purpose: 'TREAT' })).records.length,
      2,
    )
    const { reader, compartments } = terms()
    await revokeAccess(actor, { reader, compartments })
    await assert.rejects(
      requestAccess(doctor, { patient: actor.account, purpose: 'TREAT' }),
      refusal('not-found'),
    )
  })

  test('attack: a wallet that agrees with another key’s signature takes nothing over', async () => {
    const liar: Wallet = { ...newWallet(), address: newWallet().address }
    const stranger = await world.newPatient()
    await assert.rejects(moveToWallet(stranger, liar), (error) =>
      isVaultError(error, 'wallet-signature-refused'),
    )
    // Nothing changed: the account's own key still signs.
    await requestAccess(stranger, { patient: stranger.account, purpose: 'PATRQT' })
  })

  test('attack: another wallet signs in for the account', async () => {
    const actor = await byWallet(newWallet())
    await assert.rejects(
      requestAccess(actor, { patient: actor.account, purpose: 'PATRQT' }),
      refusal('signature-invalid'),
    )
  })

  test('[D13] one wallet signs for one account at a time', async () => {
    const other = await world.newPatient()
    await assert.rejects(moveToWallet(other, wallet), refusal('directory-signer-taken'))
  })

  test('attack: a gateway asks the wallet to agree to another replacement than this one', async () => {
    const other = await world.newPatient()
    const fresh = newWallet()
    const session = Object.create(other.session, {
      call: { value: async () => ({ result: `0x${'12'.repeat(32)}` }) },
    }) as Actor['session']
    await assert.rejects(moveToWallet({ ...other, session }, fresh), refusal('signature-invalid'))
    assert.deepEqual(fresh.asked, [])
  })

  test('[D13] the way back: the app’s own key signs again, the wallet no longer', async () => {
    const actor = await byWallet(wallet)
    await returnFromWallet(actor)
    await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    await grantAccess(patient, terms())
    await assert.rejects(grantAccess(actor, terms()), refusal('signature-invalid'))
    // And there again: the count of replacements is no obstacle.
    await moveToWallet(patient, wallet)
    await returnFromWallet(await byWallet(wallet))
  })
})
