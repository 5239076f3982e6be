import { sealKeystore } from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

/** E11. `random` is 16 bytes of salt, then 24 of nonce. */
export async function keystoreVectors() {
  const rootSeed = Uint8Array.from({ length: 32 }, (_, n) => n)
  const password = 'p\u00e9diatrie 4711'
  const random = Uint8Array.from({ length: 40 }, (_, n) => 0x80 + n)
  const parts = [random.slice(0, 16), random.slice(16)]
  const keystore = await sealKeystore(rootSeed, password, () => parts.shift()!)
  const { kdf } = keystore
  const refused = { code: 'keystore-refused' }
  return {
    rules: ['E11'],
    cases: [
      {
        what: 'the password opens it',
        keystore,
        password,
        random: encodeHex(random),
        rootSeed: encodeHex(rootSeed),
      },
      {
        what: 'the password in NFD opens it',
        keystore,
        password: password.normalize('NFD'),
        rootSeed: encodeHex(rootSeed),
      },
      { what: 'another password', keystore, password: 'pediatrie 4711', code: 'keystore-not-opened' },
      {
        what: 'little memory',
        keystore: { ...keystore, kdf: { ...kdf, memoryKiB: 65535 } },
        password,
        ...refused,
      },
      {
        what: 'monstrous memory',
        keystore: { ...keystore, kdf: { ...kdf, memoryKiB: 1048577 } },
        password,
        ...refused,
      },
      {
        what: 'two iterations',
        keystore: { ...keystore, kdf: { ...kdf, iterations: 2 } },
        password,
        ...refused,
      },
      {
        what: 'eleven iterations',
        keystore: { ...keystore, kdf: { ...kdf, iterations: 11 } },
        password,
        ...refused,
      },
      { what: 'two lanes', keystore: { ...keystore, kdf: { ...kdf, parallelism: 2 } }, password, ...refused },
      {
        what: 'another function',
        keystore: { ...keystore, kdf: { ...kdf, name: 'argon2i' } },
        password,
        ...refused,
      },
      { what: 'another suite', keystore: { ...keystore, suite: 2 }, password, ...refused },
      { what: 'a short salt', keystore: { ...keystore, salt: '0x00' }, password, ...refused },
      { what: 'an empty password', keystore, password: '', code: 'argument-invalid' },
    ],
  }
}
