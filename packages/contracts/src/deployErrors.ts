import type { Address, Hash } from 'viem'

/** What stands at the addresses is not what was to be deployed. Do not retry: use another deployer. */
export class DeploymentMismatchError extends Error {
  override readonly name = 'DeploymentMismatchError'
}

/** A creation was mined and failed. Do not retry: the founders or the chain's rules do not allow it. */
export class DeploymentFailedError extends Error {
  override readonly name = 'DeploymentFailedError'
  readonly contractName: string
  readonly transaction: Hash

  constructor(contractName: string, address: Address, transaction: Hash) {
    super(`${contractName} was not created at ${address} by transaction ${transaction}`)
    this.contractName = contractName
    this.transaction = transaction
  }
}
