import {
  contractError,
  hreError,
  intakeAbi,
  lowerAddress,
  type HreError,
  type SignedOperation,
} from '@hre/protocol'
import { parseEventLogs, type Hex, type TransactionReceipt } from 'viem'

/** What the chain said about one operation. */
export type Outcome = { applied: true } | { applied: false; error: HreError }

/**
 * Outcomes of a submission, in the order of its operations (O7); undefined where there is none because the whole
 * transaction reverted.
 */
export function outcomesOf(
  receipt: TransactionReceipt,
  submitted: readonly SignedOperation[],
): (Outcome | undefined)[] {
  const called = new Map<string, Outcome>()
  const refused = new Map<number, Outcome>()
  for (const { eventName, args } of parseEventLogs({ abi: intakeAbi, logs: receipt.logs, strict: true })) {
    if (eventName === 'OperationApplied') called.set(keyOf(args.account, args.nonce), { applied: true })
    if (eventName === 'OperationFailed') called.set(keyOf(args.account, args.nonce), failure(args.reason))
    if (eventName === 'OperationRefused') refused.set(Number(args.index), failure(args.reason))
  }
  return submitted.map(
    ({ operation }, index) =>
      refused.get(index) ?? called.get(keyOf(operation.account, BigInt(operation.nonce))),
  )
}

const keyOf = (account: Hex, nonce: bigint): string => `${lowerAddress(account)}|${nonce}`
const failure = (reason: Hex): Outcome => ({ applied: false, error: errorOfReason(reason) })

/** The reason bytes of a refused operation as a typed error. */
export function errorOfReason(reason: Hex): HreError {
  return contractError(reason) ?? hreError('operation-reverted', { reason: reason.slice(0, 138) })
}
