import {
  contractError,
  hreError,
  intakeAbi,
  lowerAddress,
  toSubmission,
  type Deployment,
  type HreError,
  type SignedOperation,
} from '@hre/protocol'
import { decodeFunctionData, parseEventLogs, type Hex, type TransactionReceipt } from 'viem'
import type { Chain } from '../chain.ts'

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

/** The code of an operation whose nonce was spent before. */
export const carriedBefore = 'intake-nonce-used'

/**
 * What came of exactly this operation when somebody else carried it: another gateway, or this one before it was restored from
 * a backup.
 *
 * @returns undefined when its nonce was spent by something else.
 */
export async function earlierOutcome(
  chain: Chain,
  { intake, block }: Deployment,
  signed: SignedOperation,
): Promise<{ outcome: Outcome; transaction: Hex; block: number } | undefined> {
  const wanted = toSubmission(signed).operation
  const logs = await chain.getContractEvents({
    address: intake,
    abi: intakeAbi,
    args: { account: wanted.account },
    fromBlock: BigInt(block),
    strict: true,
  })
  for (const log of logs) {
    const { eventName, args, transactionHash } = log
    if (eventName !== 'OperationApplied' && eventName !== 'OperationFailed') continue
    if (keyOf(args.account, args.nonce) !== keyOf(wanted.account, wanted.nonce)) continue
    const { to, input } = await chain.getTransaction({ hash: transactionHash })
    if (!to || lowerAddress(to) !== intake || !carries(input, wanted)) return undefined
    const outcome = eventName === 'OperationApplied' ? ({ applied: true } as const) : failure(args.reason)
    return { outcome, transaction: transactionHash, block: Number(log.blockNumber) }
  }
  return undefined
}

function carries(input: Hex, wanted: ReturnType<typeof toSubmission>['operation']): boolean {
  const { functionName, args } = decodeFunctionData({ abi: intakeAbi, data: input })
  return (
    functionName === 'submit' &&
    args[0].some(
      ({ operation }) =>
        keyOf(operation.account, operation.nonce) === keyOf(wanted.account, wanted.nonce) &&
        lowerAddress(operation.target) === wanted.target &&
        operation.data === wanted.data &&
        Number(operation.deadline) === wanted.deadline,
    )
  )
}
