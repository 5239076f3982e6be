import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ExchangeError,
  readIfThere,
  takeLock,
  writeJson,
  type ExchangeFile,
  type RunningExchange,
} from '@hre/exchange/client'
import type { KnownExchange } from './running.ts'

const waitMilliseconds = 60_000

/**
 * Lets somebody new into the data folder, one command at a time: two imports at once must not take the same name or
 * forget each other's people.
 */
export async function writableExchange<T>(
  known: KnownExchange,
  act: (exchange: RunningExchange, freeName: () => string) => Promise<T>,
): Promise<T> {
  const { layout } = known
  const unlock = await waitForLock(join(layout.people, 'names.lock'))
  try {
    const read = async () => JSON.parse((await readIfThere(layout.exchange)) ?? '{}') as ExchangeFile
    const { people } = await read()
    const exchange: RunningExchange = {
      ...known,
      people,
      broken: new Promise(() => {}),
      save: async () => writeJson(layout.exchange, { ...(await read()), people }),
      stop: () => Promise.resolve(),
    }
    const freeName = () => {
      let number = 1
      while (`patient-${number}` in people) number++
      return `patient-${number}`
    }
    return await act(exchange, freeName)
  } finally {
    await unlock()
  }
}

async function waitForLock(path: string): Promise<() => Promise<void>> {
  const deadline = performance.now() + waitMilliseconds
  for (;;) {
    try {
      return await takeLock(path)
    } catch (error) {
      if (!(error instanceof ExchangeError) || performance.now() > deadline) throw error
      await sleep(50)
    }
  }
}
