import { openRecord, recipientOf, sealRecord } from '@hre/vault'
import type { Actor } from '@hre/sdk'
import type { Hex } from './api.ts'
import { sealedStore } from './shelf.ts'

/**
 * What somebody keeps on this device for themselves, sealed to their own key: charts for when there is no connection,
 * and what they call the people whom no directory names.
 */
export class SealedNotes {
  readonly #keyring: Actor['keyring']

  constructor({ keyring }: Actor) {
    this.#keyring = keyring
  }

  async write(name: string, value: unknown): Promise<void> {
    const body = new TextEncoder().encode(JSON.stringify(value))
    const recipient = recipientOf(this.#keyring.recipientSeed)
    const { sealed, contentId, commitment } = await sealRecord({
      body,
      mediaType: 'application/json',
      recipient,
    })
    await sealedStore.write(name, packed({ contentId, commitment }, sealed))
  }

  async read<T>(name: string): Promise<T | undefined> {
    const bytes = await sealedStore.read(name)
    if (!bytes) return
    const { names, sealed } = unpacked(bytes)
    const { body } = await openRecord({ sealed, ...names, seed: this.#keyring.recipientSeed })
    return JSON.parse(new TextDecoder().decode(body)) as T
  }
}

interface Names {
  contentId: Hex
  commitment: Hex
}

const namesBytes = 2 * 66

/** The two names that opening needs, then the sealed file. */
function packed({ contentId, commitment }: Names, sealed: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(namesBytes + sealed.length)
  bytes.set(new TextEncoder().encode(contentId + commitment))
  bytes.set(sealed, namesBytes)
  return bytes
}

function unpacked(bytes: Uint8Array): { names: Names; sealed: Uint8Array } {
  const names = new TextDecoder().decode(bytes.subarray(0, namesBytes))
  const contentId = names.slice(0, 66) as Hex
  const commitment = names.slice(66) as Hex
  return { names: { contentId, commitment }, sealed: bytes.subarray(namesBytes) }
}
