import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { assertKeystore, createRootSeed, openKeystore, sealKeystore } from '@hre/vault'
import { ExchangeError } from './errors.ts'
import { readIfThere, writeJson, writeWhole } from './files.ts'

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
})
