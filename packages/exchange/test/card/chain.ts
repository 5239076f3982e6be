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
import { compileSources } from '../../../contracts/scripts/compiler.ts'
import { deployContracts } from '../../../contracts/src/index.ts'
import { startAnvil } from '../../../contracts/test/anvil.ts'

type Verifier = 'ERC7913P256Verifier' | 'ERC7913WebAuthnVerifier'

/** A chain with one of OpenZeppelin's verifiers, and the exchange's contracts once its founder is known. */
export interface Chain {
  verifier: Address
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

export async function startChain(name: Verifier): Promise<Chain> {
  const anvil = await startAnvil()
  const transport = http(anvil.url)
  const publicClient = createPublicClient({ chain: foundry, transport, pollingInterval: 20 })
  const account = mnemonicToAccount('test test test test test test test test test test test junk')
  const walletClient = createWalletClient({ account, chain: foundry, transport })
  const hash = await walletClient.deployContract({ abi: [], bytecode: bytecodeOf(name), gasPrice: 0n })
  const { contractAddress } = await publicClient.waitForTransactionReceipt({ hash })

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
  return { verifier: contractAddress!.toLowerCase() as Address, found, stop: () => anvil.stop() }
}

function bytecodeOf(name: Verifier): Hex {
  const path = `@openzeppelin/contracts/utils/cryptography/verifiers/${name}.sol`
  const sources = {
    'Verifier.sol': {
      content: `// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.37;\nimport "${path}";\n`,
    },
  }
  const { output } = compileSources<{
    errors?: { severity: string; formattedMessage: string }[]
    contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>
  }>(sources, { '*': { '*': ['evm.bytecode.object'] } })
  return `0x${output.contracts[path]![name]!.evm.bytecode.object}`
}
