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
    domain: gatewayDomain(deployment),
    types: loginTypes,
    primaryType: 'Login',
    message: login,
  } as const
}

/** What an account signs to let a passkey log in for it at one gateway (G37). */
export const passkeyBindingTypes = {
  PasskeyBinding: [
    { name: 'account', type: 'address' },
    { name: 'organisation', type: 'address' },
    { name: 'challenge', type: 'bytes32' },
    { name: 'attestationHash', type: 'bytes32' },
  ],
} as const

/** @param message - `attestationHash`: SHA-256 of the attestation object, which holds the passkey's public key. */
export function passkeyBindingTypedData(
  deployment: Deployment,
  message: { account: Address; organisation: Address; challenge: Hex; attestationHash: Hex },
) {
  return {
    domain: gatewayDomain(deployment),
    types: passkeyBindingTypes,
    primaryType: 'PasskeyBinding',
    message,
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
    domain: gatewayDomain(deployment),
    types: welcomeTypes,
    primaryType: 'Welcome',
    message,
  } as const
}

/** What an account signs to have one gateway delete what it keeps for it (G15). A session alone does not do. */
export interface Erasure {
  account: Address
  organisation: Address
  /** Unix seconds; five minutes old at most. */
  issuedAt: number
}

export function erasureTypedData(deployment: Deployment, erasure: Erasure) {
  return {
    domain: gatewayDomain(deployment),
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

/** The EIP-712 domain of what is signed for gateways (G1); no contract reads it. */
export const gatewayDomain = ({ chainId, directory }: Deployment) =>
  ({ name: 'HRE Gateway', version: '1', chainId, verifyingContract: directory }) as const
