import { createPublicClient, createWalletClient, http, type Address, type Hex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import {
  accountOfSigner,
  contractError,
  intakeAbi,
  toSubmission,
  type Call,
  type Deployment,
} from '@hre/protocol'
import { signCall, type Identity } from '@hre/vault'
import { deployContracts, deployVerifiers } from '../../../contracts/src/index.ts'
import { startAnvil } from '../../../contracts/test/anvil.ts'

/** A chain with the verifiers of the exchange, and its other contracts once its founder is known. */
export interface Chain {
  verifiers: Deployment['verifiers']
  /** @param signer - of the one organisation that founds the exchange. */
  found(signer: Hex): Promise<Founded>
  stop(): void
}

export interface Founded {
  deployment: Deployment
  organisation: Address
  /** Signs the call and lets a relay carry it. @returns the code of the contract's refusal, or nothing: it was applied. */
  submit(identity: Identity, call: Call): Promise<string | undefined>
}

export async function startChain(): Promise<Chain> {
  const anvil = await startAnvil()
  const transport = http(anvil.url)
  const publicClient = createPublicClient({ chain: foundry, transport, pollingInterval: 20 })
  const account = mnemonicToAccount('test test test test test test test test test test test junk')
  const walletClient = createWalletClient({ account, chain: foundry, transport })
  const verifiers = await deployVerifiers({ publicClient, walletClient })

  async function found(signer: Hex): Promise<Founded> {
    const recipient: Hex = `0x${'07'.repeat(1216)}`
    const founder = { signer, recipient, kind: 1, country: '0x4348', endpoint: '' } as const
    const deployment = await deployContracts({ publicClient, walletClient, founders: [founder] })
    return {
      deployment,
      organisation: accountOfSigner(signer),
      async submit(identity, call) {
        const signed = await signCall(identity, deployment, call)
        const { result, request } = await publicClient.simulateContract({
          account,
          address: deployment.intake,
          abi: intakeAbi,
          functionName: 'submit',
          args: [[toSubmission(signed)]],
          gasPrice: 0n,
        })
        const [outcome] = result
        if (!outcome!.applied) return contractError(outcome!.reason)?.code ?? outcome!.reason
        await publicClient.waitForTransactionReceipt({ hash: await walletClient.writeContract(request) })
        return undefined
      },
    }
  }
  return { verifiers, found, stop: () => anvil.stop() }
}
