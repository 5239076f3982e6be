import assert from 'node:assert/strict'
import { isVaultError, openKeyring, type GrantWrapContext, type VaultErrorCode } from '../src/index.ts'

/** The patient. Root seeds are constants: a failing test fails again. */
export const ana = openKeyring(new Uint8Array(32).fill(0xa1))
/** A doctor she lets read. */
export const osei = openKeyring(new Uint8Array(32).fill(0x05))
/** A doctor she does not. */
export const mallory = openKeyring(new Uint8Array(32).fill(0xee))

export const labs = ana.compartmentId('labs')
export const imaging = ana.compartmentId('imaging')

export const chainId = 31337
export const consent = '0x00000000000000000000000000000000000c0de1'

/** The grant of Ana's labs, first epoch, to Dr Osei. */
export const grantToOsei: GrantWrapContext = {
  chainId,
  consent,
  patient: ana.account,
  compartment: labs,
  epoch: 1,
  reader: osei.account,
}

/** Of the right size, but no public key: a coefficient of 3,329, one of 4,095, and an X25519 half of low order. */
export const badRecipients = [
  [0x01, 0x0d, 0x00],
  [0x00, 0xf0, 0xff],
].map((bytes) => replaceBytes(osei.recipient, bytes, 0))
badRecipients.push(replaceBytes(osei.recipient, new Uint8Array(32), 1184), new Uint8Array(1216))

/** Expects a refusal with this code and, where given, exactly this data. */
export async function assertRefused(
  work: () => unknown,
  code: VaultErrorCode,
  data?: Record<string, unknown>,
): Promise<void> {
  await assert.rejects(
    async () => work(),
    (error) => {
      assert.ok(isVaultError(error, code), `expected ${code}, got ${String(error)}`)
      if (data) assert.deepEqual({ ...error.data }, data)
      return true
    },
  )
}

function replaceBytes(bytes: Uint8Array, patch: ArrayLike<number>, offset: number): Uint8Array {
  const copy = bytes.slice()
  copy.set(patch, offset)
  return copy
}
