import { openKeyring, splitForGuardians, type GuardianContext, type Keyring } from '../src/index.ts'
import { ana, chainId } from './people.ts'

export const directory = '0x00000000000000000000000000000000000d14ec'

/** Ana's five guardians, of whom it takes three. */
export const guardians: Keyring[] = [0x61, 0x62, 0x63, 0x64, 0x65].map((byte) =>
  openKeyring(new Uint8Array(32).fill(byte)),
)

export const guardianContext: GuardianContext = { chainId, directory, account: ana.account, term: 1 }
export const dealGuardians = (change: Partial<Parameters<typeof splitForGuardians>[0]> = {}) =>
  splitForGuardians({ context: guardianContext, guardians, threshold: 3, ...change })
