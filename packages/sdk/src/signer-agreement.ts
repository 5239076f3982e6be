import { hashMessage, hreError, signerReplacementTypedData, type Deployment } from '@hre/protocol'
import type { Address, Hex } from 'viem'

/** More replacements than this in one life are not looked for. */
const replacementsMax = 1000n

/**
 * The message whose digest the chain asks for: only the count of replacements is not known here, and nothing is signed whose
 * every other member is not.
 *
 * @throws HreError `signature-invalid`: it asks for something else.
 */
export function agreementTo(
  deployment: Deployment,
  pair: { account: Address; signer: Hex },
  digest: Hex,
): ReturnType<typeof signerReplacementTypedData> {
  for (let replacements = 0n; replacements < replacementsMax; replacements++) {
    const message = signerReplacementTypedData(deployment, { ...pair, replacements })
    if (hashMessage(message) === digest) return message
  }
  throw hreError('signature-invalid', { account: pair.account })
}
