import { hashMessage, hreError, intakeAbi, type Deployment, type TypedMessage } from '@hre/protocol'
import { isAddressEqual, recoverAddress, size, type Address, type Hex } from 'viem'
import type { Chain } from '../chain.ts'
import type { Database } from '../store/database.ts'
import { signerOf } from '../store/directory.ts'

/**
 * Checks EIP-712 signatures by accounts: an EOA here, any other ERC-7913 signer by asking the Intake.
 */
export class SignatureChecker {
  readonly #chain: Chain
  readonly #db: Database
  readonly #deployment: Deployment

  constructor(options: { chain: Chain; db: Database; deployment: Deployment }) {
    this.#chain = options.chain
    this.#db = options.db
    this.#deployment = options.deployment
  }

  /** @throws HreError `signature-invalid`, also for an account that is not registered; `chain-unavailable`. */
  async assertSigned(account: Address, message: TypedMessage, signature: Hex): Promise<void> {
    if (!(await this.#isSigned(account, hashMessage(message), signature)))
      throw hreError('signature-invalid', { account })
  }

  async #isSigned(account: Address, digest: Hex, signature: Hex): Promise<boolean> {
    const signer = await signerOf(this.#db, account)
    if (signer === undefined) return false
    if (size(signer) === 20 && size(signature) === 65) {
      const by = await recoverAddress({ hash: digest, signature }).catch(() => undefined)
      if (by !== undefined && isAddressEqual(by, signer)) return true
    }
    return this.#chain
      .readContract({
        address: this.#deployment.intake,
        abi: intakeAbi,
        functionName: 'isValidSignature',
        args: [account, signer, digest, signature],
      })
      .catch((cause: unknown) => {
        throw hreError('chain-unavailable', {}, cause)
      })
  }
}
