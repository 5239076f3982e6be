import { hashMessage, hreError, intakeAbi, type Deployment, type TypedMessage } from '@hre/protocol'
import { size, type Address, type Hex } from 'viem'
import type { Chain } from '../chain.ts'
import type { BlockCache } from '../follower/blockCache.ts'
import type { Database } from '../store/database.ts'
import { signersOf } from '../store/directory.ts'
import { databaseFault } from '../store/faults.ts'
import { Together } from '../together.ts'
import { isSignedBy } from './secpSignatures.ts'

const accountsPerLookMax = 1_000

/**
 * Checks EIP-712 signatures by accounts: an EOA here, any other ERC-7913 signer by asking the Intake.
 */
export class SignatureChecker {
  readonly #chain: Chain
  readonly #deployment: Deployment
  readonly #blockCache: BlockCache
  /** Signers of all who are looked up at the same time are one statement. */
  readonly #signersOf: Together<Address, Hex | undefined>

  constructor(options: { chain: Chain; db: Database; deployment: Deployment; blockCache: BlockCache }) {
    this.#chain = options.chain
    this.#deployment = options.deployment
    this.#blockCache = options.blockCache
    this.#signersOf = new Together({
      run: (accounts) => signersOf(options.db, accounts),
      size: () => 1,
      sizeMax: accountsPerLookMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
  }

  /** @throws HreError `signature-invalid`, also for an account that is not registered; `chain-unavailable`. */
  async assertSigned(account: Address, message: TypedMessage, signature: Hex): Promise<void> {
    await this.assertDigest(account, hashMessage(message), signature)
  }

  /** The same for a digest that is no EIP-712 message. */
  async assertDigest(account: Address, digest: Hex, signature: Hex): Promise<void> {
    if (!(await this.#isSigned(account, digest, signature))) throw hreError('signature-invalid', { account })
  }

  async #isSigned(account: Address, digest: Hex, signature: Hex): Promise<boolean> {
    const signer = await this.#blockCache.read(`signer ${account}`, () => this.#signersOf.add(account))
    if (signer === undefined) return false
    if (size(signer) === 20 && isSignedBy(signer, digest, signature)) return true
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
