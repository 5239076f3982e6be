import { spawnSync } from 'node:child_process'
import { encodeAgeRecipient, openKeyring, recipientOf } from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

/** E1 to E3 by somebody else: the stock age. Undefined when there is none on PATH. */
export function ageVectors() {
  const version = spawnSync('age', ['--version'], { encoding: 'utf8' })
  if (version.status !== 0) return undefined
  const ring = openKeyring(new Uint8Array(32))
  const seed = ring.epochSeed(ring.compartmentId('labs'), 1)
  const salt = 'cd'.repeat(32)
  const body = 'made by hand\n'
  const input = `{"hre":1,"salt":"${salt}","type":"text/plain"}\n${body}`
  const { stdout } = spawnSync('age', ['-r', encodeAgeRecipient(recipientOf(seed))], { input })
  return {
    rules: ['E1', 'E3'],
    by: `age ${version.stdout.trim()}`,
    cases: [
      {
        what: 'a record sealed by hand',
        seed: encodeHex(seed),
        sealed: encodeHex(new Uint8Array(stdout)),
        body: encodeHex(new TextEncoder().encode(body)),
        mediaType: 'text/plain',
        salt: `0x${salt}`,
      },
    ],
  }
}
