import { contentIdOf } from './digest.ts'
import { fieldsOf, type Fields } from './fields.ts'
import { decodeHex, type Address, type Hex, type Hex32 } from './hex.ts'
import type { EmergencyContext } from './labels.ts'
import { sealedShareBytes } from './sealedShare.ts'
import { parseShareSet, type ShareSet } from './shareSet.ts'

/** What one trustee organisation keeps. */
export interface EmergencyShare {
  suite: 1
  context: EmergencyContext
  set: ShareSet
  /** This trustee's place in the set, from 1. */
  index: number
  /** The share, sealed to the trustee's recipient. */
  box: Hex
}

/** One trustee's share, sealed to the clinician who declared an emergency. */
export interface EmergencyRelease extends EmergencyShare {
  /** The declaration's id on chain, in decimal. */
  declaration: string
  clinician: Address
}

/** Checks the form and returns a copy with these members only. @throws VaultError `message-refused`. */
export const parseEmergencyShare = (value: unknown): EmergencyShare =>
  readShare(fieldsOf('emergency share', value))

/** Checks the form and returns a copy with these members only. @throws VaultError `message-refused`. */
export function parseEmergencyRelease(value: unknown): EmergencyRelease {
  const release = fieldsOf('emergency release', value)
  const declaration = release.any('declaration')
  const isId = typeof declaration === 'string' && /^(?:0|[1-9][0-9]{0,77})$/.test(declaration)
  release.demand(isId, 'declaration', 'an id in decimal')
  const { box, ...share } = readShare(release)
  return { ...share, declaration: declaration as string, clinician: release.hex('clinician', 20), box }
}

function readShare(share: Fields): EmergencyShare {
  share.integer('suite', 1, 1)
  const context = fieldsOf('emergency share', share.any('context'))
  const set = parseShareSet(share.any('set'))
  return {
    suite: 1,
    context: {
      chainId: context.integer('chainId', 1, Number.MAX_SAFE_INTEGER),
      emergency: context.hex('emergency', 20),
      patient: context.hex('patient', 20),
      compartment: context.hex('compartment', 32),
      epoch: context.integer('epoch', 1, 0xffffffff),
    },
    set,
    index: share.integer('index', 1, set.holders.length),
    box: share.hex('box', sealedShareBytes),
  }
}

/** SHA-256 of the sealed share: what the trustee signs and the clinician compares (S7). */
export function releaseHashOf(release: EmergencyRelease): Hex32 {
  const { box } = parseEmergencyRelease(release)
  return contentIdOf(decodeHex(box, 'box', sealedShareBytes))
}
