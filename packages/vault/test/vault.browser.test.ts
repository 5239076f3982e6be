import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, afterEach, before, describe, it } from 'node:test'
import { buildForBrowser, bundleKBMax } from '../scripts/browserBuild.ts'
import type * as VaultModule from '../src/index.ts'
import type { Outcome } from './browser/nodeTest.ts'
import { startStage, type Stage } from './browser/stage.ts'

type Vault = typeof VaultModule

it(`the browser build, everything in it, is at most ${bundleKBMax} kB gzipped`, async () => {
  const { bundleKB } = await buildForBrowser()
  assert.ok(bundleKB <= bundleKBMax, `${bundleKB} kB`)
})

/** The browser that comes with the devDependencies is for Linux. */
const skip = process.platform === 'linux' ? false : 'the packaged browser is for Linux'

describe('the vault in Chromium', { skip }, () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())
  // Its process goes with it, so that memory is measured of the page in hand.
  afterEach(() => Promise.all(stage.browser.contexts().map((context) => context.close())))

  it('every vector gives in a page what it gives in Node, by WebCrypto and by JavaScript', async () => {
    const page = await stage.openPage()
    const { implementations, passed, failed } = (await page.evaluate(`(async () => {
      await import('/packages/vault/src/vectors.js')
      return runVectors()
    })()`)) as Outcome & { implementations: string[] }
    assert.deepEqual(failed, [])
    assert.deepEqual(implementations, ['web', 'javascript'])
    // 15 files; one test for each case, and another where the second implementation runs it, too.
    assert.ok(passed.length > 200, `${passed.length} passed`)
  })

  it('a browser that has no ML-KEM gets the JavaScript, and opens what the other sealed', async () => {
    const [able, plain] = await Promise.all([
      stage.openPage(),
      stage.openPage({ before: 'delete SubtleCrypto.prototype.encapsulateBits' }),
    ])
    const sealed = await able.evaluate(async () => {
      const vault: Vault = await import('/vault.js' as string)
      const recipient = vault.recipientOf(new Uint8Array(32))
      const record = await vault.sealRecord({
        body: new Uint8Array(70_000),
        mediaType: 'text/plain',
        recipient,
      })
      return { by: vault.primitivesInUse(), sealed: [...record.sealed], contentId: record.contentId }
    })
    assert.equal(sealed.by, 'web')
    const opened = await plain.evaluate(async ({ sealed, contentId }) => {
      const vault: Vault = await import('/vault.js' as string)
      const seed = new Uint8Array(32)
      const { body } = await vault.openRecord({ sealed: Uint8Array.from(sealed), seed, contentId })
      return { by: vault.primitivesInUse(), sizeBytes: body.length }
    }, sealed)
    assert.deepEqual(opened, { by: 'javascript', sizeBytes: 70_000 })
  })

  it('[K2] a passkey’s PRF unlocks the root seed again, and another passkey does not', async () => {
    const page = await stage.openPage()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        hasPrf: true,
        automaticPresenceSimulation: true,
      },
    })
    const outcome = await page.evaluate(async () => {
      const vault: Vault = await import('/vault.js' as string)
      const first = new TextEncoder().encode(vault.passkeyPrfInput)
      const hexOf = (bytes: ArrayBuffer) =>
        `0x${Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')}` as const
      /** As an app registers one: the credential's id is all that it keeps. */
      async function register(name: string) {
        const credential = (await navigator.credentials.create({
          publicKey: {
            challenge: crypto.getRandomValues(new Uint8Array(32)),
            rp: { name: 'HRE' },
            user: { id: new TextEncoder().encode(name), name, displayName: name },
            pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
            authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
            extensions: { prf: {} },
          },
        })) as PublicKeyCredential
        return credential.rawId
      }
      async function secretOf(id: ArrayBuffer) {
        const answer = (await navigator.credentials.get({
          publicKey: {
            challenge: crypto.getRandomValues(new Uint8Array(32)),
            allowCredentials: [{ type: 'public-key', id }],
            userVerification: 'required',
            extensions: { prf: { eval: { first } } },
          },
        })) as PublicKeyCredential
        const { prf } = answer.getClientExtensionResults()
        return {
          kind: 'passkey',
          credential: hexOf(id),
          prf: new Uint8Array(prf!.results!.first as ArrayBuffer),
        } as const
      }
      const [ana, mallory] = [await register('ana'), await register('mallory')]
      const rootSeed = vault.createRootSeed()
      const paper = { kind: 'phrase', phrase: vault.createRecoveryPhrase() } as const
      const document = await vault.createUnlockDocument(rootSeed, [await secretOf(ana), paper])
      const again = await vault.unlock(document, await secretOf(ana))
      const other = await secretOf(mallory)
      // What another passkey returns, also when it claims to be the right one.
      const claims = [other, { ...other, credential: hexOf(ana) }]
      const codes = await Promise.all(
        claims.map((claim) => vault.unlock(document, claim).catch((error: { code: string }) => error.code)),
      )
      return { isSame: hexOf(again.buffer as ArrayBuffer) === hexOf(rootSeed.buffer as ArrayBuffer), codes }
    })
    assert.deepEqual(outcome, { isSame: true, codes: ['keystore-not-opened', 'keystore-not-opened'] })
  })

  const largeMB = Number(process.env['HRE_BROWSER_MB'] ?? 0)
  const small = largeMB > 0 ? false : 'takes a while: HRE_BROWSER_MB=500 runs it, as .ci/run does'
  it('[E14] a large file is sealed and opened in a fraction of its size', { skip: small }, async () => {
    const page = await stage.openPage()
    const idleMB = await peakMBOfPages(stage)
    const outcome = await page.evaluate(async (sizeMB) => {
      const vault: Vault = await import('/vault.js' as string)
      const seed = vault.createRootSeed()
      async function* body() {
        for (let megabyte = 0; megabyte < sizeMB; megabyte++) yield new Uint8Array(1e6).fill(megabyte)
      }
      const recipient = vault.recipientOf(seed)
      const sealing = vault.sealRecordStream({ body: body(), mediaType: 'application/dicom', recipient })
      const opened = await vault.openRecordStream({ sealed: sealing, seed })
      let [sizeBytes, isSame] = [0, true]
      for await (const piece of opened.body) {
        isSame &&= piece[0] === Math.floor(sizeBytes / 1e6) % 256
        sizeBytes += piece.length
      }
      return { sizeBytes, isSame }
    }, largeMB)
    assert.deepEqual(outcome, { sizeBytes: largeMB * 1e6, isSame: true })
    const grownMB = (await peakMBOfPages(stage)) - idleMB
    console.log(`${largeMB} MB sealed and opened in Chromium: memory grew by ${Math.round(grownMB)} MB`)
    assert.ok(grownMB < Math.min(150, largeMB / 2), `memory grew by ${grownMB} MB`)
  })
})

/** The most memory that any page's process has had resident so far. */
async function peakMBOfPages({ browser }: Stage): Promise<number> {
  const devtools = await browser.newBrowserCDPSession()
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
  await devtools.detach()
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8')))
  return Math.max(...peaks.map((found) => Number(found?.[1]) / 1000))
}
