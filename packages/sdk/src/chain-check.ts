import {
  consentAbi,
  directoryAbi,
  hreError,
  type CompartmentView,
  type Deployment,
  type GrantView,
} from '@hre/protocol'
import { recipientHashOf } from '@hre/vault'
import { hexToBytes, type Address, type Hex, type PublicClient } from 'viem'

/**
 * Compares what a gateway says with the chain, read by the caller's own endpoint, before anything is sealed to it: a lying gateway
 * could otherwise have keys wrapped to a recipient or a reader of its own.
 */
export class ChainCheck {
  readonly #chain: PublicClient
  readonly #deployment: Deployment

  constructor(chain: PublicClient, deployment: Deployment) {
    this.#chain = chain
    this.#deployment = deployment
  }

  /** @throws HreError `gateway-contradicted`: this is not the account's recipient; `chain-unavailable`. */
  async assertRecipient(account: Address, recipient: Hex): Promise<void> {
    const expected = await this.#chain
      .readContract({
        address: this.#deployment.directory,
        abi: directoryAbi,
        functionName: 'recipientHashOf',
        args: [account],
      })
      .catch(unavailable)
    if (recipientHashOf(hexToBytes(recipient)) !== expected)
      throw hreError('gateway-contradicted', { account, what: 'recipient' })
  }

  /** Of each compartment the sensitivity, the present epoch and its recipient. @throws as above. */
  async assertCompartments(patient: Address, views: readonly CompartmentView[]): Promise<void> {
    await Promise.all(
      views.map(async ({ compartment, sensitivity, epoch, epochs }) => {
        const args = [patient, compartment] as const
        const [onChain, present, recipientHash] = await this.#chain
          .readContract({
            address: this.#deployment.consent,
            abi: consentAbi,
            functionName: 'compartmentOf',
            args,
          })
          .catch(unavailable)
        const newest = epochs.find((row) => row.epoch === epoch)
        const agrees =
          onChain === sensitivity &&
          present === epoch &&
          newest !== undefined &&
          recipientHashOf(hexToBytes(newest.recipient)) === recipientHash
        if (!agrees) throw hreError('gateway-contradicted', { compartment, what: 'epoch' })
      }),
    )
  }

  /** Grants that keys are wrapped for: a reader whom the patient never named gets none. @throws as above. */
  async assertGrants(grants: readonly GrantView[]): Promise<void> {
    await Promise.all(
      grants.map(async (grant) => {
        const { patient, reader, compartment } = grant
        const onChain = await this.#chain
          .readContract({
            address: this.#deployment.consent,
            abi: consentAbi,
            functionName: 'grantOf',
            args: [patient, reader, compartment],
          })
          .catch(unavailable)
        const agrees =
          onChain.rights === grant.rights &&
          onChain.purposes === grant.purposes &&
          onChain.ceiling === grant.ceiling &&
          onChain.from === grant.from &&
          onChain.until === grant.until
        if (!agrees) throw hreError('gateway-contradicted', { reader, compartment, what: 'grant' })
      }),
    )
  }
}

function unavailable(cause: unknown): never {
  throw hreError('chain-unavailable', {}, cause)
}
