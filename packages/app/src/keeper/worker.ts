import './noEval.ts'
import { hreError, isHreError } from '@hre/protocol'
import { isVaultError } from '@hre/vault'
import type { FailureForm, KeeperAnswer, KeeperRequest, Progress, WalletAsk } from './api.ts'
import { createKeeper } from './keeper.ts'

const scope = self as unknown as {
  postMessage(answer: KeeperAnswer): void
  onmessage: ((event: MessageEvent<KeeperRequest>) => void) | null
}

const asked = new Map<number, { resolve(signature: string): void; reject(error: unknown): void }>()
let lastAsk = 0

let current: ((progress: Progress) => void) | undefined
const keeper = createKeeper({
  gatewayUrl: self.location.origin,
  onLock: () => {
    // What a wallet says after the lock closed is not waited for.
    for (const { reject } of asked.values()) reject(hreError('unauthenticated'))
    asked.clear()
    scope.postMessage({ locked: true })
  },
  onProgress: (progress) => current?.(progress),
  askWallet,
  onNews: () => scope.postMessage({ news: true }),
})

/** The window has the wallet, and the wallet the person's answer. */
function askWallet(wallet: WalletAsk): Promise<string> {
  const ask = ++lastAsk
  const answered = new Promise<string>((resolve, reject) => asked.set(ask, { resolve, reject }))
  scope.postMessage({ ask, wallet })
  return answered
}

/** What a wallet, or the person with it, answered in place of a signature. */
class WalletFailure extends Error {
  override readonly name = 'WalletFailure'
  readonly form: FailureForm

  constructor(form: FailureForm) {
    super(form.code)
    this.form = form
  }
}

scope.onmessage = ({ data }) => {
  if ('ask' in data) return hear(data)
  const { id, name, args } = data
  // Progress is of whatever was asked for last: the page shows one at a time.
  if (name !== 'touch' && name !== 'status') current = (progress) => scope.postMessage({ id, progress })
  const act = keeper[name] as (...args: unknown[]) => Promise<unknown>
  act(...args).then(
    (result) => scope.postMessage({ id, result }),
    (error: unknown) => scope.postMessage({ id, failure: failureOf(error) }),
  )
}

function hear(answer: Extract<KeeperRequest, { ask: number }>): void {
  const waiting = asked.get(answer.ask)
  asked.delete(answer.ask)
  if ('failure' in answer) waiting?.reject(new WalletFailure(answer.failure))
  else waiting?.resolve(answer.signature)
}

/** The code alone: what else an error holds stays here. */
function failureOf(error: unknown): FailureForm {
  if (isHreError(error)) return { code: error.code, retry: error.retry }
  if (isVaultError(error)) return { code: error.code, retry: 'never' }
  if (error instanceof WalletFailure) return error.form
  return { code: 'internal', retry: 'later' }
}
