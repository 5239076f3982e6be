import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ana, assertRefused, labs } from '../test/people.ts'
import {
  choosePrimitives,
  encodeAgeIdentity,
  encodeAgeRecipient,
  openRecord,
  recipientOf,
  sealRecord,
} from './index.ts'

/** Why the stock age cannot be asked, or undefined. */
function reasonToSkip(): string | undefined {
  const found = spawnSync('age', ['--version'], { encoding: 'utf8' })
  const hint = 'scripts/install-debian.sh FOLDER sid age installs one; put FOLDER/usr/bin on PATH'
  if (found.error || found.status !== 0) return `no age on PATH; ${hint}`
  const [, major, minor] = /(\d+)\.(\d+)/.exec(found.stdout) ?? []
  if (Number(major) * 1000 + Number(minor) >= 1003) return undefined
  return `age ${found.stdout.trim()} cannot read post-quantum files, 1.3 is needed; ${hint}`
}

const seed = ana.epochSeed(labs, 1)
const bodies = [0, 20, 65_536, 200_000].map((sizeBytes) => new Uint8Array(sizeBytes).fill(0x0a))

for (const implementation of ['native', 'javascript'] as const) {
  describe(`stock age and ${implementation} primitives`, { skip: reasonToSkip() }, () =>
    compare(implementation),
  )
}

function compare(implementation: 'native' | 'javascript') {
  let folder: string
  const path = (name: string) => join(folder, name)
  const age = (...args: string[]) => spawnSync('age', args, { maxBuffer: 1 << 24 })

  before(() => {
    if (!choosePrimitives(implementation))
      throw new Error(`this platform has no ${implementation} primitives`)
    folder = mkdtempSync(join(tmpdir(), 'hre-age-'))
    writeFileSync(path('identity.txt'), `${encodeAgeIdentity(seed)}\n`, { mode: 0o600 })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('[E3] a patient opens a sealed record with `age -d -i identity.txt FILE | tail -n +2`', async () => {
    for (const body of bodies) {
      const { sealed, salt } = await sealRecord({
        body,
        mediaType: 'text/plain',
        recipient: recipientOf(seed),
      })
      writeFileSync(path('record.age'), sealed)
      const shell = spawnSync('sh', ['-c', 'age -d -i identity.txt record.age | tail -n +2'], {
        cwd: folder,
        maxBuffer: 1 << 24,
      })
      assert.equal(shell.stderr.toString(), '')
      assert.deepEqual(new Uint8Array(shell.stdout), body)
      const [line] = age('-d', '-i', path('identity.txt'), path('record.age'))
        .stdout.toString('latin1')
        .split('\n')
      assert.equal(line, `{"hre":1,"salt":"${salt.slice(2)}","type":"text/plain"}`)
    }
  })

  it('[E6] age makes the same recipient of the same seed', () => {
    const made = spawnSync('age-keygen', ['-y', path('identity.txt')], { encoding: 'utf8' })
    assert.equal(made.stdout.trim(), encodeAgeRecipient(recipientOf(seed)))
  })

  it('[E1] what age seals by hand in the form of E3 is a record', async () => {
    const salt = `0x${'ab'.repeat(32)}` as const
    for (const body of bodies) {
      writeFileSync(path('plain'), `{"hre":1,"salt":"${salt.slice(2)}","type":"image/png"}\n`)
      writeFileSync(path('plain'), body, { flag: 'a' })
      const made = age('-r', encodeAgeRecipient(recipientOf(seed)), '-o', path('made.age'), path('plain'))
      assert.equal(made.stderr.toString(), '')
      const sealed = new Uint8Array(readFileSync(path('made.age')))
      assert.deepEqual(await openRecord({ sealed, seed }), { body, mediaType: 'image/png', salt })
    }
  })

  it('[E1] what age seals to two readers is refused', async () => {
    writeFileSync(path('plain'), 'x')
    const both = [recipientOf(seed), ana.recipient].flatMap((recipient) => [
      '-r',
      encodeAgeRecipient(recipient),
    ])
    assert.equal(age(...both, '-o', path('two.age'), path('plain')).status, 0)
    const sealed = new Uint8Array(readFileSync(path('two.age')))
    await assertRefused(() => openRecord({ sealed, seed }), 'sealed-header-refused', {
      reason: 'stanza-count',
    })
  })

  it('[E6] age refuses a record with the key of another epoch', async () => {
    const recipient = recipientOf(ana.epochSeed(labs, 2))
    const { sealed } = await sealRecord({ body: bodies[1]!, mediaType: 'text/plain', recipient })
    writeFileSync(path('other.age'), sealed)
    assert.notEqual(age('-d', '-i', path('identity.txt'), path('other.age')).status, 0)
  })
}
