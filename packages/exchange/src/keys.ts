import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  assertKeystore,
  createRootSeed,
  openKeystore,
  parseSuccession,
  sealKeystore,
  type Succession,
} from '@hre/vault'
import { ExchangeError } from './errors.ts'
import { readIfThere, writeJson, writeWhole } from './files.ts'
import type { Layout } from './layout.ts'

/**
 * A root seed, sealed in `keyFile` by the password in `passwordFile` (E11). Both are made when missing.
 *
 * A password beside the key protects against a copied key file only: it is for demonstrations and for organisations
 * whose key must open without a person. Anybody else types theirs.
 */
export async function openOrCreateKey(keyFile: string, passwordFile: string): Promise<Uint8Array> {
  const existing = await readIfThere(keyFile)
  if (existing !== undefined) {
    const password = await readIfThere(passwordFile)
    if (password === undefined) throw new ExchangeError('password-missing', { file: passwordFile })
    return openKey(existing, password.trimEnd(), keyFile)
  }
  const rootSeed = createRootSeed()
  const password = randomBytes(24).toString('base64url')
  // The password first: a key without its password would be lost for good.
  await writeWhole(passwordFile, `${password}\n`)
  await writeJson(keyFile, await sealKeystore(rootSeed, password))
  return rootSeed
}

/** @throws ExchangeError `key-damaged`; VaultError `keystore-not-opened` for a wrong password. */
export async function openKey(json: string, password: string, file: string): Promise<Uint8Array> {
  let keystore: unknown
  try {
    keystore = JSON.parse(json)
  } catch (cause) {
    throw new ExchangeError('key-damaged', { file }, cause)
  }
  assertKeystore(keystore)
  return openKeystore(keystore, password)
}

/** Files of one person of the demonstration. */
export const personFiles = (folder: string, id: string) => ({
  key: join(folder, `${id}.key.json`),
  password: join(folder, `${id}.password`),
  /** What a recovered root seed took over (K9), sealed under it. */
  succession: join(folder, `${id}.succession.json`),
})

/** A root seed, and what it took over. Secret. */
export interface PersonKeys {
  rootSeed: Uint8Array
  succession: Succession | null
}

/** The keys of a person of the demonstration. @throws ExchangeError `person-unknown`, `password-missing`, `key-damaged`. */
export async function openPersonKeys({ people }: Layout, id: string): Promise<PersonKeys> {
  const files = personFiles(people, id)
  const key = await readIfThere(files.key)
  const password = process.env['HRE_PASSWORD'] ?? (await readIfThere(files.password))
  if (key === undefined) throw new ExchangeError('person-unknown', { name: id })
  if (password === undefined) throw new ExchangeError('password-missing', { file: files.password })
  const succession = await readIfThere(files.succession)
  return {
    rootSeed: await openKey(key, password.trimEnd(), files.key),
    succession: succession === undefined ? null : parseSuccession(JSON.parse(succession)),
  }
}

/** Keeps the keys of a person of the demonstration, in place of those that are there. */
export async function keepPersonKeys({ people }: Layout, id: string, keys: PersonKeys): Promise<void> {
  const files = personFiles(people, id)
  const password = (await readIfThere(files.password))?.trimEnd() ?? randomBytes(24).toString('base64url')
  await writeWhole(files.password, `${password}\n`)
  // First: with the new key and without it, the old one would be lost.
  if (keys.succession) await writeJson(files.succession, keys.succession)
  else await rm(files.succession, { force: true })
  await writeJson(files.key, await sealKeystore(keys.rootSeed, password))
}
