import { createHash } from 'node:crypto'
import { hreError, isHreError } from '@hre/protocol'
import type { Address, Hex } from 'viem'

/** A gateway that sends less than this within `stallMilliseconds` sends nothing worth waiting for. */
const quantumBytes = 64 * 1024
const stallMilliseconds = 15_000
const resumesMax = 5

/** Has a gateway send a file from one of its bytes on. */
export type Send = (
  from: number,
  onBytes: (chunk: Uint8Array) => void,
  signal: AbortSignal,
) => Promise<Uint8Array>

/**
 * One sealed file from one gateway, gone on with where it was cut off. Parts of two gateways are never put together: a wrong byte
 * has one sender.
 *
 * @param heard - called with the first bytes, and with each 64 KiB.
 * @throws HreError of the gateway, `gateway-unreachable` when it stalls, `record-damaged` when its bytes are not those of the content id.
 */
export async function download(options: {
  organisation: Address
  contentId: Hex
  send: Send
  signal: AbortSignal
  heard: () => void
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
}): Promise<Uint8Array> {
  const { organisation, contentId, send, signal, heard, wait } = options
  const parts: Uint8Array[] = []
  let received = 0
  let told = 0
  for (let resumes = 0; ; resumes++) {
    const from = received
    const stalled = new AbortController()
    let watching = watchFor(stalled, wait)
    const onBytes = (chunk: Uint8Array) => {
      const isFirst = received === 0
      parts.push(chunk)
      received += chunk.length
      if (!isFirst && received - told < quantumBytes) return
      told = received
      watching.abort()
      watching = watchFor(stalled, wait)
      heard()
    }
    try {
      await send(from, onBytes, AbortSignal.any([signal, stalled.signal]))
      break
    } catch (error) {
      const isCutOff = isHreError(error, 'gateway-unreachable') && !stalled.signal.aborted && !signal.aborted
      if (!isCutOff || received === from || resumes === resumesMax) throw error
    } finally {
      watching.abort()
    }
  }
  const bytes = Buffer.concat(parts)
  if (`0x${createHash('sha256').update(bytes).digest('hex')}` !== contentId)
    throw hreError('record-damaged', { contentId, organisation })
  return bytes
}

/** Aborts `stalled` after the time, unless what it returns is aborted before. */
function watchFor(
  stalled: AbortController,
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): AbortController {
  const watching = new AbortController()
  void wait(stallMilliseconds, watching.signal).then(
    () => stalled.abort(),
    () => {},
  )
  return watching
}
