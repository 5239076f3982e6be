import { exitCodes } from './errors.ts'

/** npm and the terminal both pass one Ctrl-C on; within this it is the same one. */
const sameMilliseconds = 700

/**
 * Aborted by the first Ctrl-C or SIGTERM; a second one ends the process at once. The exchange's parts notice that and
 * end by themselves.
 */
export function stopSignal(onStop: () => void): AbortSignal {
  const controller = new AbortController()
  let first = 0
  const stop = () => {
    const now = performance.now()
    if (controller.signal.aborted) {
      if (now - first > sameMilliseconds) process.exit(exitCodes.failed)
      return
    }
    first = now
    controller.abort()
    onStop()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  // The terminal was closed.
  process.on('SIGHUP', stop)
  return controller.signal
}
