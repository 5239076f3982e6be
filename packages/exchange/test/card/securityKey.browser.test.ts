import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { CDPSession, Page } from 'playwright-core'
import { addMemberCall } from '@hre/protocol'
import { identityBy, p256SignerOf, webauthnSignatureOf, type Identity } from '@hre/vault'
import { anvilSkipReason } from '../../../contracts/test/anvil.ts'
import { startStage, type Stage } from '../../../vault/test/browser/stage.ts'
import { startChain, type Chain, type Founded } from './chain.ts'

const skip = process.platform === 'linux' ? anvilSkipReason : 'the packaged browser is for Linux'

const memberOf = (founded: Founded, digit: number) =>
  addMemberCall(founded.deployment, `0x${String(digit).repeat(40)}`, 'doctor')

describe('a WebAuthn security key signs for an account', { skip }, () => {
  let chain: Chain
  let founded: Founded
  let stage: Stage
  let page: Page
  let devtools: CDPSession
  let authenticatorId: string
  let own: Credential
  let other: Credential

  before(async () => {
    ;[chain, stage] = await Promise.all([startChain(), startStage()])
    page = await stage.openPage()
    devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    const options = {
      protocol: 'ctap2',
      transport: 'usb',
      hasUserVerification: true,
      isUserVerified: true,
    } as const
    ;({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options }))
    own = await register(page, 'city')
    other = await register(page, 'mallory')
    founded = await chain.found(p256SignerOf(chain.verifiers.webauthn, own.publicKey))
  })
  after(async () => {
    chain?.stop()
    await stage?.stop()
  })

  const identity = (
    credential: Credential,
    digestOf = (digest: Uint8Array) => digest,
    named = credential,
  ): Identity =>
    identityBy({
      signer: p256SignerOf(chain.verifiers.webauthn, named.publicKey),
      account: founded.organisation,
      signDigest: async (digest) =>
        webauthnSignatureOf(await assertionOf(page, credential.id, digestOf(digest))),
    })

  it('[O1] operations that the contracts accept', async () => {
    // A key returns either s; half of them have to be made low.
    for (let digit = 1; digit < 9; digit++) {
      assert.equal(await founded.submit(identity(own), memberOf(founded, digit)), undefined)
    }
  })

  it('[O1] attack: another security key signs for the account', async () => {
    assert.equal(await founded.submit(identity(other), memberOf(founded, 9)), 'intake-signer-unknown')
    const pretending = identity(other, undefined, own)
    assert.match((await founded.submit(pretending, memberOf(founded, 9)))!, /signature/)
  })

  it('[O1] attack: an assertion over something else is passed off as the operation’s', async () => {
    const elsewhere = identity(own, () => new Uint8Array(32).fill(7))
    assert.match((await founded.submit(elsewhere, memberOf(founded, 9)))!, /signature/)
  })

  it('[O1] attack: a key that was found and touched, without its PIN', async () => {
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    const careless = identityBy({
      signer: p256SignerOf(chain.verifiers.webauthn, own.publicKey),
      signDigest: async (digest) =>
        webauthnSignatureOf(await assertionOf(page, own.id, digest, 'discouraged')),
    })
    assert.match((await founded.submit(careless, memberOf(founded, 9)))!, /signature/)
    await assert.rejects(founded.submit(identity(own), memberOf(founded, 9)), /NotAllowedError/)
  })
})

interface Credential {
  id: number[]
  /** x ++ y. */
  publicKey: Uint8Array
}

async function register(page: Page, name: string): Promise<Credential> {
  const made = await page.evaluate(async (name) => {
    const { rawId, response } = (await navigator.credentials.create({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        rp: { name: 'HRE' },
        user: { id: new TextEncoder().encode(name), name, displayName: name },
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { userVerification: 'required' },
      },
    })) as PublicKeyCredential
    const spki = (response as AuthenticatorAttestationResponse).getPublicKey()!
    return { id: [...new Uint8Array(rawId)], spki: [...new Uint8Array(spki)] }
  }, name)
  // The point ends the SubjectPublicKeyInfo of a key on P-256.
  return { id: made.id, publicKey: Uint8Array.from(made.spki.slice(-64)) }
}

async function assertionOf(
  page: Page,
  id: number[],
  digest: Uint8Array,
  userVerification: UserVerificationRequirement = 'required',
) {
  const answer = await page.evaluate(
    async ({ id, digest, userVerification }) => {
      const { response } = (await navigator.credentials.get({
        publicKey: {
          challenge: Uint8Array.from(digest),
          allowCredentials: [{ type: 'public-key', id: Uint8Array.from(id) }],
          userVerification,
        },
      })) as PublicKeyCredential
      const { authenticatorData, clientDataJSON, signature } = response as AuthenticatorAssertionResponse
      return [authenticatorData, clientDataJSON, signature].map((bytes) => [...new Uint8Array(bytes)])
    },
    { id, digest: [...digest], userVerification },
  )
  const [authenticatorData, clientDataJSON, signature] = answer.map((bytes) => Uint8Array.from(bytes))
  return {
    authenticatorData: authenticatorData!,
    clientDataJSON: clientDataJSON!,
    signature: signature!,
  }
}
