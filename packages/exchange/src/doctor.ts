import { fileURLToPath } from 'node:url'
import { checkEngine } from './doctor/engine.ts'
import { checkFolder } from './doctor/folder.ts'
import type { Finding } from './doctor/finding.ts'
import { checkKeys } from './doctor/keys.ts'
import { checkGateways, checkChain } from './doctor/running.ts'
import { checkContracts, checkDependencies, checkNode } from './doctor/setup.ts'
import { checkLock, checkPorts } from './doctor/standing.ts'
import { readExchange } from './doctor/exchange-file.ts'
import { layoutOf } from './layout.ts'

export type { Finding } from './doctor/finding.ts'

export interface DiagnoseOptions {
  /** Data folder to look at. */
  data: string
  /** Folder of package-lock.json and node_modules; by default the checkout that this runs from. */
  checkout?: string
}

const ownCheckout = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Looks at everything that an exchange needs, in the order in which it needs it. Changes nothing, works with nothing
 * running, and never throws for what it finds: each finding says what to do.
 */
export async function* diagnose(options: DiagnoseOptions): AsyncGenerator<Finding> {
  const checkout = options.checkout ?? ownCheckout
  const layout = layoutOf(options.data)
  yield checkNode()
  yield await checkDependencies(checkout)
  yield await checkEngine()
  yield await checkContracts(checkout)
  const folder = yield* checkFolder(layout)
  if (folder === 'missing') {
    yield* checkPorts(undefined)
    return
  }
  const exchange = yield* readExchange(layout)
  yield* checkKeys(layout)
  const running = yield* checkLock(layout)
  if (!running) {
    yield* checkPorts(exchange)
    return
  }
  if (!exchange) return
  yield* checkChain(exchange)
  yield* checkGateways(exchange)
}
