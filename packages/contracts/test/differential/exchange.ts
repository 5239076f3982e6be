import {
  concat,
  createPublicClient,
  createWalletClient,
  decodeErrorResult,
  encodeFunctionData,
  http,
  toHex,
} from 'viem'
import type { Address, Hex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { consentAbi, exchangeErrorsAbi } from '@hre/protocol'
import type { DecisionQuestion, Deployment } from '@hre/protocol'
import { deployContracts } from '../../src/index.ts'
import { startAnvil } from '../anvil.ts'

export const recipient = toHex(new Uint8Array(1216).fill(7))

export const founderCountry = 'CH'

/** Three founders, by signer. */
export const founderSigners = [1, 2, 3].map((number) => toHex(number, { size: 20 }))

export interface Question extends DecisionQuestion {
  reader: Address
  patient: Address
  compartment: Hex
  /** Asked with `decideRecord` when it is there. */
  record: Hex | undefined
}

export interface Send {
  account: Address
  target: Address
  data: Hex
}

export interface Attempt {
  /** `msg.sender`, past the Intake. */
  from: Address
  target: Address
  data: Hex
}

/** ERC-1967: keccak-256 of `eip1967.proxy.implementation`, less one. */
const implementationSlot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'

/** The contracts on a chain of their own. Calls come as if from the Intake, so that nothing has to be signed. */
export interface Exchange {
  deployment: Deployment
  /** Grows as worlds admit some. */
  activeOrganisations: number
  /** Seconds of the newest block. */
  now(): Promise<number>
  /** Sends in order and mines. @throws the first call that fails; the model is wrong then. */
  send(calls: readonly Send[]): Promise<void>
  /** Tries calls by wallets (or contracts) without changing anything. @returns the revert bytes of each, undefined when it goes. */
  attempt(calls: readonly Attempt[]): Promise<(Hex | undefined)[]>
  /** Lets time pass. */
  pass(seconds: number): Promise<void>
  /** Code behind an ERC-1967 proxy. */
  codeBehind(proxy: Address): Promise<Address>
  /** Numbers of the decisions. */
  ask(questions: readonly Question[]): Promise<number[]>
  stop(): void
}

export async function startExchange(): Promise<Exchange> {
  const anvil = await startAnvil()
  const transport = http(anvil.url)
  const publicClient = createPublicClient({ chain: foundry, transport, pollingInterval: 20 })
  const deployer = mnemonicToAccount('test test test test test test test test test test test junk')
  const walletClient = createWalletClient({ account: deployer, chain: foundry, transport })
  const founders = founderSigners.map((signer) => ({
    signer,
    recipient,
    kind: 1,
    country: toHex(founderCountry),
    endpoint: '',
  }))
  const deployment = await deployContracts({ publicClient, walletClient, founders })

  const answersTo = async (requests: readonly { method: string; params: unknown[] }[]): Promise<Answer[]> => {
    if (requests.length === 0) return []
    const body = requests.map((request, id) => ({ jsonrpc: '2.0', id, ...request }))
    const response = await fetch(anvil.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answers = (await response.json()) as Answer[]
    return answers.sort((a, b) => a.id - b.id)
  }
  const batch = async (requests: readonly { method: string; params: unknown[] }[]): Promise<unknown[]> =>
    (await answersTo(requests)).map(({ id, result, error }) => {
      if (error) throw new Error(`${requests[id]?.method}: ${JSON.stringify(error)}`)
      return result
    })

  await batch([
    { method: 'anvil_impersonateAccount', params: [deployment.intake] },
    { method: 'anvil_setBalance', params: [deployment.intake, toHex(10n ** 24n)] },
    { method: 'evm_setAutomine', params: [false] },
  ])

  // A contract's own nonces begin at 1 (EIP-161).
  let nonce = await publicClient.getTransactionCount({ address: deployment.intake })

  return {
    deployment,
    activeOrganisations: founderSigners.length,
    now: async () => Number((await publicClient.getBlock()).timestamp),
    send: async (calls) => {
      // Given, because the requests of one batch are served side by side.
      const transactions = calls.map(({ account, target, data }) => ({
        nonce: toHex(nonce++),
        from: deployment.intake,
        to: target,
        data: concat([data, account]),
        gas: toHex(500_000),
        gasPrice: '0x0',
      }))
      const hashes = await batch(
        transactions.map((transaction) => ({ method: 'eth_sendTransaction', params: [transaction] })),
      )
      // A block holds 60 such transactions.
      await batch([{ method: 'anvil_mine', params: [toHex(Math.ceil(calls.length / 50) + 1)] }])
      const receipts = await batch(
        hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
      )
      for (const [index, receipt] of receipts.entries()) {
        if ((receipt as { status: Hex } | null)?.status === '0x1') continue
        const { from, to, data, gas } = transactions[index]!
        const reason = await batch([
          { method: 'eth_call', params: [{ from, to, data, gas }, 'latest'] },
        ]).then(() => 'not mined', describeRevert)
        throw new Error(`call ${index} of the model was refused: ${reason}`)
      }
    },
    attempt: async (calls) => {
      const answers = await answersTo(
        calls.map(({ from, target: to, data }) => ({
          method: 'eth_call',
          params: [{ from, to, data, gas: toHex(5_000_000) }, 'latest'],
        })),
      )
      return answers.map(({ error }) => error && (error.data ?? '0x'))
    },
    pass: async (seconds) => {
      await batch([
        { method: 'evm_increaseTime', params: [toHex(seconds)] },
        { method: 'anvil_mine', params: ['0x1'] },
      ])
    },
    codeBehind: async (proxy) => {
      const stored = await publicClient.getStorageAt({ address: proxy, slot: implementationSlot })
      return `0x${stored!.slice(-40)}`
    },
    ask: async (questions) => {
      const answers = await batch(
        questions.map(({ reader, patient, compartment, record, sensitivity, purpose, at }) => {
          const data = record
            ? encodeFunctionData({
                abi: consentAbi,
                functionName: 'decideRecord',
                args: [reader, patient, compartment, record, sensitivity, purpose, at],
              })
            : encodeFunctionData({
                abi: consentAbi,
                functionName: 'decide',
                args: [reader, patient, compartment, sensitivity, purpose, at],
              })
          return { method: 'eth_call', params: [{ to: deployment.consent, data }, 'latest'] }
        }),
      )
      return answers.map(Number)
    },
    stop: () => anvil.stop(),
  }
}

interface Answer {
  id: number
  result?: unknown
  error?: { message: string; data?: Hex }
}

function describeRevert(error: unknown): string {
  const data = /"(0x[0-9a-f]{8,})"/.exec(String(error))?.[1]
  return data ? decodeErrorResult({ abi: exchangeErrorsAbi, data: data as Hex }).errorName : String(error)
}
