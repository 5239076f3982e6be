import {
  openKeyring,
  sealEmergencyShares,
  type EmergencyContext,
  type EmergencySeen,
  type Keyring,
} from '../src/index.ts'
import { ana, chainId, labs, osei } from './people.ts'

export const emergency = '0x00000000000000000000000000000000000e4e49'

/** Four organisations that hold shares for an emergency, of which it takes two. */
export const trustees: Keyring[] = [0x71, 0x72, 0x73, 0x74].map((byte) =>
  openKeyring(new Uint8Array(32).fill(byte)),
)

export const epochSeed = ana.epochSeed(labs, 1)
export const emergencyContext: EmergencyContext = {
  chainId,
  emergency,
  patient: ana.account,
  compartment: labs,
  epoch: 1,
}
export const dealTrustees = (change: Partial<Parameters<typeof sealEmergencyShares>[0]> = {}) =>
  sealEmergencyShares({ epochSeed, context: emergencyContext, trustees, threshold: 2, ...change })

export const declaration = 7n
export const now = 1_790_000_000
/** What every trustee reads from the chain while Dr Osei's declaration counts. */
export const seenOf = (sharesHash: EmergencySeen['compartment']['sharesHash']): EmergencySeen => ({
  finalBlock: 100,
  declaration: {
    id: declaration,
    patient: ana.account,
    clinician: osei.account,
    block: 99,
    declaredAt: now - 60,
    until: now + 1800,
    isClosed: false,
  },
  clinician: { isMember: true, licensedUntil: now + 86_400 },
  compartment: { isMarked: true, epoch: 1, sharesHash },
})
