import { ageHeadBytes, chunkKeyOf, fileKeyOf, sealAgeHead, type OpeningKey } from './ageHeader.ts'
import { ChunkCipher, chunkBytes, sealedChunkBytes, sealedSizeOf } from './ageStream.ts'
import { VaultError } from './errors.ts'
import { primitives } from './primitives.ts'

/**
 * Encrypts to one X-Wing recipient in the age v1 format.
 *
 * @throws VaultError `recipient-refused`: 1,216 bytes, but not a public key.
 */
export async function sealContainer(plaintext: Uint8Array, recipient: Uint8Array): Promise<Uint8Array> {
  const { head, chunkKey } = await sealAgeHead(recipient)
  const cipher = new ChunkCipher(primitives(), chunkKey)
  const sealed = new Uint8Array(head.length + sealedSizeOf(plaintext.length))
  sealed.set(head)
  let offset = head.length
  let start = 0
  do {
    const end = Math.min(start + chunkBytes, plaintext.length)
    const chunk = cipher.seal(plaintext.subarray(start, end), end === plaintext.length)
    sealed.set(chunk, offset)
    offset += chunk.length
    start = end
  } while (start < plaintext.length)
  chunkKey.fill(0)
  return sealed
}

/**
 * Decrypts a file. Returns only after the last chunk's tag was checked.
 *
 * @throws VaultError `sealed-header-refused`, `record-not-for-key` or `record-damaged`.
 */
export async function openContainer(sealed: Uint8Array, key: OpeningKey): Promise<Uint8Array> {
  const fileKey = await fileKeyOf(sealed, key)
  if (sealed.length < ageHeadBytes) throw new VaultError('record-damaged', {})
  const chunkKey = chunkKeyOf(sealed, fileKey)
  const cipher = new ChunkCipher(primitives(), chunkKey)
  const plaintext = new Uint8Array(Math.max(0, sealed.length - ageHeadBytes))
  let size = 0
  let start = ageHeadBytes
  do {
    const end = Math.min(start + sealedChunkBytes, sealed.length)
    const chunk = cipher.open(sealed.subarray(start, end), end === sealed.length)
    if (!chunk) throw new VaultError('record-damaged', {})
    plaintext.set(chunk, size)
    size += chunk.length
    start = end
  } while (start < sealed.length)
  chunkKey.fill(0)
  return plaintext.subarray(0, size)
}
