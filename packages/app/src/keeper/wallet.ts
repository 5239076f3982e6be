import {
  connectByWallet,
  connectWith,
  decodeCall,
  moveToWallet,
  returnFromWallet,
  type Actor,
} from '@hre/sdk'
import { isHreError, type Operation, type TypedMessage } from '@hre/protocol'
import type { Keyring, Wallet } from '@hre/vault'
import { getTypesForEIP712Domain, serializeTypedData } from 'viem'
import type { Hex, Keeper, WalletAsk, WalletChoice } from './api.ts'
import type { Room } from './keeper.ts'
import { deviceShelf } from './shelf.ts'

/** Asks the window, where the wallet is. */
export type AskWallet = (ask: WalletAsk) => Promise<string>

/** Comes in for an account that a wallet signs for. */
export const connectBy = (
  choice: WalletChoice,
  ask: AskWallet,
  options: { gatewayUrl: string; keyring: Keyring; known?: Pick<Actor, 'deployment' | 'organisation'> },
): Promise<Actor> => {
  // Known before the first signature: nobody signs without having come in.
  let deployment: Actor['deployment'] | undefined
  const wallet = walletOf(choice, ask, () => deployment)
  return connectByWallet({ ...options, wallet }).then((actor) => {
    deployment = actor.deployment
    return actor
  })
}

/** The wallet as the keeper has it: at the other end of a message, with words for what it is asked. */
function walletOf(
  choice: WalletChoice,
  ask: AskWallet,
  deployment: () => Actor['deployment'] | undefined,
): Wallet {
  return {
    address: choice.address,
    signTypedData: (message) =>
      ask({
        wallet: choice,
        form: 'typed-data',
        content: asJson(message),
        chainId: message.domain.chainId,
        ...meaningOf(message, deployment()),
      }) as Promise<Hex>,
    signText: (text) =>
      ask({
        wallet: choice,
        form: 'text',
        content: text,
        chainId: null,
        act: 'signIn',
        details: { text },
      }) as Promise<Hex>,
  }
}

/** As wallets read it: with the domain's own type, and numbers as decimals. */
function asJson({ domain, types, primaryType, message }: TypedMessage): string {
  const EIP712Domain = getTypesForEIP712Domain({ domain })
  return serializeTypedData({ domain, types: { EIP712Domain, ...types }, primaryType, message } as never)
}

function meaningOf(
  { primaryType, message }: TypedMessage,
  deployment: Actor['deployment'] | undefined,
): Pick<WalletAsk, 'act' | 'details'> {
  if (primaryType === 'Operation' && deployment) {
    const { contract, action, args } = decodeCall(deployment, message as Operation)
    if (contract && action) return { act: action, details: { contract, action, ...args } }
  }
  const details = Object.entries(message).map(([name, value]) => [name, String(value)])
  return { act: primaryType, details: Object.fromEntries(details) as Record<string, string> }
}

/** Letting a wallet sign, and taking that back. */
export function walletsOf(room: Room): Pick<Keeper, 'moveToWallet' | 'leaveWallet'> {
  async function keep(wallet: WalletChoice | null): Promise<void> {
    const kept = await deviceShelf.read()
    if (kept) await deviceShelf.write({ ...kept, wallet })
  }

  return {
    async moveToWallet(choice) {
      const { actor } = room.present()
      // Kept first: what is sent may arrive although its answer is lost, and `leaveWallet` sorts out which it was.
      await keep(choice)
      try {
        await moveToWallet(
          actor,
          walletOf(choice, room.askWallet, () => actor.deployment),
        )
      } catch (error) {
        if (!mayHaveArrived(error)) await keep(null)
        throw error
      }
      await room.signBy(choice)
      return room.status()
    },
    async leaveWallet() {
      const { actor } = room.present()
      if (!(await signsItself(actor, room.gatewayUrl))) await returnFromWallet(actor)
      await keep(null)
      await room.signBy(null)
      return room.status()
    },
  }
}

const mayHaveArrived = (error: unknown): boolean =>
  isHreError(error, 'operation-timeout') || isHreError(error, 'gateway-unreachable')

/** Does the keyring's own key open a session? Then the wallet was never taken, or left already. */
async function signsItself(
  { keyring, deployment, organisation }: Actor,
  gatewayUrl: string,
): Promise<boolean> {
  const { session, account } = await connectWith(gatewayUrl, keyring, { deployment, organisation })
  try {
    await session.call('getAccount', { params: { account } })
    await session.end()
    return true
  } catch (error) {
    if (isHreError(error, 'signature-invalid')) return false
    throw error
  }
}
