import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, describe, it } from 'node:test'
import { Decrypter } from 'age-encryption'
import { ageFile } from '../test/ageFiles.ts'
import { libraryOpen, librarySeal } from '../test/hpkeLibrary.ts'
import { ana, assertRefused, badRecipients, osei } from '../test/people.ts'
import { openContainer, sealContainer } from './container.ts'
import { hpkeOpen, hpkeSeal } from './hpke.ts'
import {
  choosePrimitives,
  encodeAgeIdentity,
  openKeyring,
  openKeystore,
  openRecord,
  primitivesInUse,
  sealKeystore,
  sealRecord,
} from './index.ts'
import { javascriptPrimitives } from './primitivesJavascript.ts'
import { nodePrimitives } from './primitivesNode.ts'
import { webPrimitives } from './primitivesWeb.ts'
import { platformRandom } from './random.ts'

const names = ['native', 'web', 'javascript'] as const
const found = { native: nodePrimitives(), web: webPrimitives(), javascript: javascriptPrimitives }
const sizes = [0, 1, 64, 1024, 1025, 9000, 65_535, 65_536, 65_537, 131_072, 200_000]
const bytesOf = (sizeBytes: number) => Uint8Array.from({ length: sizeBytes }, (_, index) => index % 251)

after(() => choosePrimitives())

describe('one choice among implementations', () => {
  it('Node 24 has the native ones, and they are chosen', () => {
    choosePrimitives()
    assert.equal(primitivesInUse(), 'native')
  })

  it('[E13] a platform without node:crypto, or with an old one, falls back and makes the same bytes', async () => {
    choosePrimitives('native')
    const { sealed, contentId } = await sealRecord({
      body: bytesOf(70_000),
      mediaType: 'text/plain',
      recipient: ana.recipient,
    })
    const lacks = {
      'no module loader': 'process.getBuiltinModule = undefined',
      'no node:crypto': 'process.getBuiltinModule = () => undefined',
      'no ML-KEM': `const real = process.getBuiltinModule
        process.getBuiltinModule = (id) => ({ ...real(id), encapsulate: undefined })`,
    }
    for (const [what, lack] of Object.entries(lacks)) {
      const script = `${lack}
        SubtleCrypto.supports = undefined
        const vault = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
        let hex = ''
        for await (const piece of process.stdin.setEncoding('latin1')) hex += piece
        const [sealed, seed] = hex.split(' ').map((each) => Uint8Array.from(Buffer.from(each, 'hex')))
        const { body } = await vault.openRecord({ sealed, seed, contentId: '${contentId}' })
        process.stdout.write(vault.primitivesInUse() + ' ' + body.length)`
      const hex = [sealed, ana.recipientSeed].map((each) => Buffer.from(each).toString('hex')).join(' ')
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { input: hex })
      assert.equal(child.stdout.toString(), 'javascript 70000', `${what}: ${child.stderr.toString()}`)
    }
  })
})

for (const name of names) {
  const skip = found[name] ? false : `this platform has no ${name} primitives`
  describe(`${name} primitives`, { skip }, () => {
    const use = found[name]!

    it('[E13] make the bytes that the JavaScript ones make', async () => {
      const [key, nonce] = [bytesOf(32), bytesOf(12)]
      for (const sizeBytes of sizes) {
        const data = bytesOf(sizeBytes)
        const sealed = javascriptPrimitives.aeadSeal(key, nonce, data)
        assert.deepEqual(use.aeadSeal(key, nonce, data), sealed)
        assert.deepEqual(use.aeadOpen(key, nonce, sealed), data)
        assert.deepEqual(use.hmacSha256(key, data, nonce), javascriptPrimitives.hmacSha256(key, data, nonce))
        const [hash, reference] = [use.createSha256(), javascriptPrimitives.createSha256()]
        for (const each of [hash, reference]) each.update(data)
        assert.deepEqual(new Uint8Array(hash.digest()), reference.digest())
        sealed[sealed.length - 1]! ^= 1
        assert.equal(use.aeadOpen(key, nonce, sealed), undefined)
      }
      assert.equal(use.aeadOpen(key, nonce, new Uint8Array(15)), undefined)
      for (const seed of [bytesOf(32), ana.recipientSeed, new Uint8Array(32)]) {
        assert.deepEqual(use.xwingPublicKey(seed), javascriptPrimitives.xwingPublicKey(seed))
      }
    })

    it('[E7] agree with every other implementation on X-Wing, in both directions', async () => {
      for (const other of Object.values(found)) {
        if (!other) continue
        const made = await use.xwingEncapsulate(osei.recipient)
        assert.deepEqual(await other.xwingDecapsulate(osei.recipientSeed, made.share), made.shared)
        const theirs = await other.xwingEncapsulate(osei.recipient)
        assert.deepEqual(await use.xwingDecapsulate(osei.recipientSeed, theirs.share), theirs.shared)
      }
    })

    it('[E7] make many at once, each to its own reader, and a key that is none spoils its own alone', async () => {
      const readers = Array.from({ length: 20 }, (_, index) => openKeyring(bytesOf(32).fill(index)))
      const lowOrder = osei.recipient.slice().fill(0, 1184)
      const asked = [...readers.map((reader) => reader.recipient), lowOrder]
      const made = await Promise.allSettled(asked.map(async (recipient) => use.xwingEncapsulate(recipient)))
      assert.equal(made.pop()!.status, 'rejected')
      const shares = new Set<string>()
      for (const [index, result] of made.entries()) {
        assert.ok(result.status === 'fulfilled')
        const { share, shared } = result.value
        shares.add(Buffer.from(share).toString('hex'))
        assert.deepEqual(javascriptPrimitives.xwingDecapsulate(readers[index]!.recipientSeed, share), shared)
      }
      assert.equal(shares.size, readers.length, 'each has an ephemeral key of its own')
    })

    it('[E7] agree with an HPKE library, in both directions and by the same eseed', async () => {
      choosePrimitives(name)
      const info = 'any'
      const plaintext = bytesOf(32)
      const args = { plaintext, recipient: osei.recipient, info }
      const ours = await hpkeSeal({ ...args, random: platformRandom })
      assert.deepEqual(await libraryOpen(ours, osei.recipientSeed, info), plaintext)
      const theirs = await librarySeal(plaintext, osei.recipient, info)
      assert.deepEqual(await hpkeOpen({ wrap: theirs, seed: osei.recipientSeed, info }), plaintext)
      const eseed = bytesOf(64)
      assert.deepEqual(
        await hpkeSeal({ ...args, random: () => eseed }),
        await librarySeal(plaintext, osei.recipient, info, eseed),
      )
    })

    it('[E1] agree with age-encryption, in both directions', async () => {
      choosePrimitives(name)
      for (const sizeBytes of sizes) {
        const decrypter = new Decrypter()
        decrypter.addIdentity(encodeAgeIdentity(ana.recipientSeed))
        const ours = await sealContainer(bytesOf(sizeBytes), ana.recipient)
        assert.deepEqual(await decrypter.decrypt(ours), bytesOf(sizeBytes))
        const theirs = await ageFile({ recipients: [ana.recipient] }, bytesOf(sizeBytes))
        assert.equal(theirs.length, ours.length)
        assert.deepEqual(await openContainer(theirs, { seed: ana.recipientSeed }), bytesOf(sizeBytes))
      }
    })

    it('[E1] refuse keys that are none', async () => {
      choosePrimitives(name)
      for (const recipient of badRecipients.slice(0, 3)) {
        await assertRefused(
          () => sealRecord({ body: bytesOf(3), mediaType: 'text/plain', recipient }),
          'recipient-refused',
        )
      }
      // The encapsulation's X25519 half of low order: a miss, as for any other share that is not ours.
      const wrap = await hpkeSeal({
        plaintext: bytesOf(32),
        recipient: osei.recipient,
        info: '',
        random: platformRandom,
      })
      wrap.fill(0, 1088, 1120)
      const open = () => hpkeOpen({ wrap, seed: osei.recipientSeed, info: '' })
      await assertRefused(open, 'wrap-not-for-reader')
    })

    it('[E4] refuse chunks that were cut, swapped, repeated or emptied', async () => {
      choosePrimitives(name)
      const { sealed } = await sealRecord({
        body: bytesOf(200_000),
        mediaType: 'text/plain',
        recipient: ana.recipient,
      })
      const head = sealed.slice(0, 1643)
      const chunk = (index: number) => sealed.slice(1643 + index * 65_552, 1643 + (index + 1) * 65_552)
      const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
      const bad = {
        cut: joined(head, chunk(0), chunk(1)),
        swapped: joined(head, chunk(1), chunk(0), chunk(2), chunk(3)),
        repeated: joined(head, chunk(0), chunk(0), chunk(2), chunk(3)),
        'without its last byte': sealed.slice(0, -1),
        'with one more byte': joined(sealed, new Uint8Array(1)),
        'without chunks': head,
        'without nonce': head.slice(0, 1640),
      }
      for (const [what, each] of Object.entries(bad)) {
        await assert.rejects(
          openRecord({ sealed: each, seed: ana.recipientSeed }),
          { code: 'record-damaged' },
          what,
        )
      }
      assert.ok(await openRecord({ sealed, seed: ana.recipientSeed }))
    })

    it('[E11] open one another’s keystores', async () => {
      choosePrimitives('javascript')
      const keystore = await sealKeystore(bytesOf(32), 'password')
      choosePrimitives(name)
      assert.deepEqual(await openKeystore(keystore, 'password'), bytesOf(32))
    })
  })
}
