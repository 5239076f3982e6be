import type { Address, Hex } from 'viem'
import type { Deployment } from './deployment.ts'

/** What an account signs to open a session at one gateway (G1). */
export interface Login {
  account: Address
  /** The organisation whose gateway asked: a challenge of one gateway is worthless at another. */
  organisation: Address
  challenge: Hex
  expiresAt: number
}

export const loginTypes = {
  Login: [
    { name: 'account', type: 'address' },
    { name: 'organisation', type: 'address' },
    { name: 'challenge', type: 'bytes32' },
    { name: 'expiresAt', type: 'uint48' },
  ],
} as const

export function loginTypedData(deployment: Deployment, login: Login) {
  return {
    domain: {
      name: 'HRE Gateway',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: deployment.directory,
    },
    types: loginTypes,
    primaryType: 'Login',
    message: login,
  } as const
}

/** What a gateway signs back, so that the caller knows whose gateway it is talking to (G2). */
export const welcomeTypes = {
  Welcome: [
    { name: 'account', type: 'address' },
    { name: 'organisation', type: 'address' },
    { name: 'challenge', type: 'bytes32' },
    { name: 'callerNonce', type: 'bytes32' },
  ],
} as const

export function welcomeTypedData(
  deployment: Deployment,
  message: { account: Address; organisation: Address; challenge: Hex; callerNonce: Hex },
) {
  return {
    domain: {
      name: 'HRE Gateway',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: deployment.directory,
    },
    types: welcomeTypes,
    primaryType: 'Welcome',
    message,
  } as const
}

/** What an account signs to have one gateway delete what it keeps for it (G11). A session alone does not do. */
export interface Erasure {
  account: Address
  organisation: Address
  /** Unix seconds; five minutes old at most. */
  issuedAt: number
}

export function erasureTypedData(deployment: Deployment, erasure: Erasure) {
  return {
    domain: {
      name: 'HRE Gateway',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: deployment.directory,
    },
    types: {
      Erasure: [
        { name: 'account', type: 'address' },
        { name: 'organisation', type: 'address' },
        { name: 'issuedAt', type: 'uint48' },
      ],
    },
    primaryType: 'Erasure',
    message: erasure,
  } as const
}
