// Writes vectors/{envelope,keyring,guardians,break-glass}/*.json. Every input is fixed and randomness comes from a counter, so a second run writes the
// same bytes; `--check` writes nothing and fails if it would. Those that depend on the order in which libraries draw their randomness are
// written once, when they are missing; record-by-age.json needs age 1.3 on PATH for that.
import nodeCrypto from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from '../src/hex.ts'
import { choosePrimitives } from '../src/index.ts'
import { ageVectors } from './vectors/age.ts'
import { cardVectors, releaseVectors } from './vectors/breakGlass.ts'
import { recoveryVectors, sharesVectors } from './vectors/guardians.ts'
import { backLinkVectors } from './vectors/backLink.ts'
import { epochKeyWrapVectors } from './vectors/epochKeyWrap.ts'
import { headerVectors } from './vectors/header.ts'
import { keyringVectors } from './vectors/keyring.ts'
import { keystoreVectors } from './vectors/keystore.ts'
import { mapVectors } from './vectors/map.ts'
import { proofVectors } from './vectors/proof.ts'
import { recordVectors } from './vectors/record.ts'
import { recordWrapVectors } from './vectors/recordWrap.ts'
import { successionVectors } from './vectors/succession.ts'
import { unlockVectors } from './vectors/unlock.ts'
import { wrapVectors } from './vectors/wrap.ts'

let counter = 0
/** Blocks of SHA-256("HRE vectors|" ++ counter): for vectors only. */
function counted(sizeBytes: number): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let size = 0; size < sizeBytes; size += 32) blocks.push(sha256(utf8(`HRE vectors|${counter++}`)))
  return concatBytes(...blocks).slice(0, sizeBytes)
}
// Platforms choose their own randomness for X-Wing, JavaScript takes it from below.
choosePrimitives('javascript')
// age takes its file key, nonce and encapsulation from here and offers no other way in.
crypto.getRandomValues = (target) => {
  const view = new Uint8Array(target!.buffer, target!.byteOffset, target!.byteLength)
  view.set(counted(view.length))
  return target
}
// The polynomials of shamir-secret-sharing come from here.
nodeCrypto.randomBytes = ((sizeBytes: number) => counted(sizeBytes)) as typeof nodeCrypto.randomBytes
syncBuiltinESMExports()

const made = {
  keyring: keyringVectors,
  'back-link': backLinkVectors,
  'sealed-header': headerVectors,
  record: recordVectors,
  'grant-wrap': wrapVectors,
  'epoch-key-wrap': epochKeyWrapVectors,
  'record-wrap': recordWrapVectors,
  'compartment-map': mapVectors,
  keystore: keystoreVectors,
  unlock: unlockVectors,
  succession: successionVectors,
  proof: proofVectors,
  shares: sharesVectors,
  recovery: recoveryVectors,
  release: releaseVectors,
  card: cardVectors,
  'record-by-age': ageVectors,
}
/** Those that are not in envelope/. */
const folders: Readonly<Record<string, string>> = {
  unlock: 'keyring',
  succession: 'keyring',
  proof: 'keyring',
  shares: 'guardians',
  recovery: 'guardians',
  release: 'break-glass',
  card: 'break-glass',
}

/** Files sealed with randomness that the format does not state. They are never written anew: that they still open is what they are for. */
const writtenOnce = ['sealed-header', 'record', 'record-wrap', 'recovery', 'release', 'record-by-age']

const check = process.argv.includes('--check')
for (const [name, make] of Object.entries(made)) {
  const url = new URL(`../../../vectors/${folders[name] ?? 'envelope'}/${name}.json`, import.meta.url)
  if (writtenOnce.includes(name) && existsSync(url)) continue
  counter = 0
  const content = await make()
  if (content === undefined) continue
  const text = `${JSON.stringify(content, null, 2)}\n`
  if (!check) {
    mkdirSync(new URL('.', url), { recursive: true })
    writeFileSync(url, text)
  } else if (!existsSync(url) || readFileSync(url, 'utf8') !== text) {
    console.error(`vectors: error: ${name}.json is not what the code makes`)
    console.error('hint: run it without --check and read the difference before committing it')
    process.exitCode = 1
  }
}
