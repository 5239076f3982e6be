import { contractError, hreError, intakeAbi, type HreError } from '@hre/protocol'
import { lowerAddress } from '@hre/protocol'
import { parseEventLogs, type Hex, type TransactionReceipt } from 'viem'

/** What the chain said about one operation. */
export type Outcome = { applied: true } | { applied: false; error: HreError }

/** Outcomes of a submission by `account|nonce`, from the events of its receipt (O7). */
export function outcomesOf(receipt: TransactionReceipt): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>()
  for (const event of parseEventLogs({ abi: intakeAbi, logs: receipt.logs, strict: true })) {
    if (event.eventName === 'OperationApplied')
      outcomes.set(outcomeKey(event.args.account, event.args.nonce), { applied: true })
    if (event.eventName === 'OperationFailed')
      outcomes.set(outcomeKey(event.args.account, event.args.nonce), {
        applied: false,
        error: errorOfReason(event.args.reason),
      })
  }
  return outcomes
}

export const outcomeKey = (account: Hex, nonce: bigint): string => `${lowerAddress(account)}|${nonce}`

/** The reason bytes of a refused operation as a typed error. */
export function errorOfReason(reason: Hex): HreError {
  return contractError(reason) ?? hreError('internal', { reason: reason.slice(0, 138) })
}
