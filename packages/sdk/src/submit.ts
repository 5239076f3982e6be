import { bytesToBase64, fromProblem, hreError, type Call, type OperationStatus } from '@hre/protocol'
import { signCall } from '@hre/vault'
import type { Actor } from './actor.ts'
import type { Hex } from 'viem'

/** Where an operation landed: the line of proof. */
export interface Applied {
  id: Hex
  transaction: Hex
  block: number
}

/** How long a gateway is asked to wait with its answer; between answers of one that does not. */
const askedSeconds = 10
const pollMilliseconds = 50
const waitMilliseconds = 60_000

/**
 * Signs calls, hands them over and waits until all are on chain. They are refused together before anything is queued;
 * once accepted they survive a crash of the gateway.
 *
 * @param options.attachments - bytes that the calls name by SHA-256 (C3).
 * @throws HreError of the first that is refused; `operation-timeout` when the chain is slow (it may still come).
 */
export async function submit(
  actor: Actor,
  calls: readonly Call[],
  options: { attachments?: readonly Uint8Array[] } = {},
): Promise<Applied[]> {
  const { deployment, identity, session } = actor
  const operations = []
  for (const call of calls) operations.push(await signCall(identity, deployment, call))
  const { ids } = await session.callAnyway('submitOperations', {
    body: { operations, attachments: (options.attachments ?? []).map(bytesToBase64) },
  })
  return waitForAll(actor, ids)
}

/** Waits for operations that were accepted. @throws as `submit`. */
export async function waitForAll({ session }: Actor, ids: readonly Hex[]): Promise<Applied[]> {
  const deadline = Date.now() + waitMilliseconds
  const applied: Applied[] = []
  for (const id of ids) {
    let status: OperationStatus
    for (;;) {
      status = await session.client.call('getOperation', {
        params: { id },
        query: { waitSeconds: askedSeconds },
      })
      if (status.state === 'applied' || status.state === 'failed') break
      if (Date.now() > deadline) throw hreError('operation-timeout', { id })
      await new Promise((resolve) => setTimeout(resolve, pollMilliseconds))
    }
    if (status.problem) throw fromProblem(status.problem)
    applied.push({ id, transaction: status.transaction!, block: status.block! })
  }
  return applied
}
