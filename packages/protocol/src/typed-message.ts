import { hashTypedData, type Address, type Hex, type TypedDataDefinition } from 'viem'

/** Any of the exchange's EIP-712 messages, complete: what a person's key signs and a gateway checks. */
export interface TypedMessage {
  readonly domain: {
    readonly name: string
    readonly version: string
    readonly chainId: number
    readonly verifyingContract: Address
  }
  readonly types: Record<string, readonly { readonly name: string; readonly type: string }[]>
  readonly primaryType: string
  readonly message: object
}

/** viem wants the message's exact type; ours were checked where they were made. */
export const toTypedData = (message: TypedMessage): TypedDataDefinition =>
  message as unknown as TypedDataDefinition

export const hashMessage = (message: TypedMessage): Hex => hashTypedData(toTypedData(message))
