import './noEval.ts'
import { isHreError } from '@hre/protocol'
import { isVaultError } from '@hre/vault'
import type { FailureForm, KeeperAnswer, KeeperRequest, Progress } from './api.ts'
import { createKeeper } from './keeper.ts'

const scope = self as unknown as {
  postMessage(answer: KeeperAnswer): void
  onmessage: ((event: MessageEvent<KeeperRequest>) => void) | null
}

let current: ((progress: Progress) => void) | undefined
const keeper = createKeeper({
  gatewayUrl: self.location.origin,
  onLock: () => scope.postMessage({ locked: true }),
  onProgress: (progress) => current?.(progress),
})

scope.onmessage = ({ data: { id, name, args } }) => {
  // Progress is of whatever was asked for last: the page shows one at a time.
  if (name !== 'touch' && name !== 'status') current = (progress) => scope.postMessage({ id, progress })
  const act = keeper[name] as (...args: unknown[]) => Promise<unknown>
  act(...args).then(
    (result) => scope.postMessage({ id, result }),
    (error: unknown) => scope.postMessage({ id, failure: failureOf(error) }),
  )
}

/** The code alone: what else an error holds stays here. */
function failureOf(error: unknown): FailureForm {
  if (isHreError(error)) return { code: error.code, retry: error.retry }
  if (isVaultError(error)) return { code: error.code, retry: 'never' }
  return { code: 'internal', retry: 'later' }
}
