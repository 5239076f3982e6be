import type { Actor } from '@hre/sdk'
import { openRecord, recipientOf, sealRecord } from '@hre/vault'
import type { Hex } from './api.ts'
import { sealedCharts } from './shelf.ts'

/** What this device keeps for one person: JSON, sealed to them, so that who has the device alone reads nothing. */
export class SealedShelf {
  readonly #actor: Actor

  constructor(actor: Actor) {
    this.#actor = actor
  }

  async write(name: string, value: unknown): Promise<void> {
    const { sealed, contentId, commitment } = await sealRecord({
      body: new TextEncoder().encode(JSON.stringify(value)),
      mediaType: 'application/json',
      recipient: recipientOf(this.#actor.keyring.recipientSeed),
    })
    await sealedCharts.write(name, packed({ contentId, commitment }, sealed))
  }

  /** @throws VaultError when somebody changed what is kept, or it is another person's. */
  async read<Value>(name: string): Promise<Value | undefined> {
    const bytes = await sealedCharts.read(name)
    if (!bytes) return
    const { names, sealed } = unpacked(bytes)
    const { body } = await openRecord({ sealed, ...names, seed: this.#actor.keyring.recipientSeed })
    return JSON.parse(new TextDecoder().decode(body)) as Value
  }

  async remove(name: string): Promise<void> {
    await sealedCharts.remove(name)
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
