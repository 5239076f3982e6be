import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { StreamEvent } from '../notifications/streams.ts'

/** What is written to a reader and not read yet, at most. */
const unreadBytesMax = 64 * 1024
/** A reader that takes nothing for this long is dropped; it comes back with its last id. */
export const stallMilliseconds = 30_000

/**
 * Server-sent events: each as it comes, no faster than it is read.
 *
 * @param gone - aborted as soon as nobody reads any more.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function answerEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  events: AsyncIterable<StreamEvent>,
  gone: AbortController,
): FastifyReply {
  const body = new PassThrough({ highWaterMark: unreadBytesMax })
  const drop = () => {
    gone.abort()
    body.destroy()
  }
  request.raw.socket.once('close', drop)
  body.once('close', () => {
    gone.abort()
    request.raw.socket.off('close', drop)
  })
  void pump(events, body, stallMilliseconds).then(
    () => body.end(),
    (error: unknown) => {
      request.log.warn({ err: error }, 'a stream of notifications was cut off')
      drop()
    },
  )
  // A proxy that buffers would hold back what is said now.
  return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(body)
}

/** Writes events until they end or the reader is gone. @throws Error when the reader takes nothing for too long. */
export async function pump(
  events: AsyncIterable<StreamEvent>,
  body: PassThrough,
  stallMilliseconds: number,
): Promise<void> {
  for await (const event of events) {
    if (body.destroyed) return
    if (body.write(textOf(event))) continue
    await readMore(body, stallMilliseconds)
  }
}

async function readMore(body: PassThrough, stallMilliseconds: number): Promise<void> {
  const waiting = new AbortController()
  const { signal } = waiting
  const timer = setTimeout(() => waiting.abort(), stallMilliseconds)
  try {
    await Promise.race([once(body, 'drain', { signal }), once(body, 'close', { signal })])
  } finally {
    clearTimeout(timer)
    waiting.abort()
  }
}

/** One event in the form of the standard; data is JSON of one line. */
export function textOf(event: StreamEvent): string {
  if ('heartbeat' in event) return ': here\n\n'
  if ('connected' in event) return `event: connected\ndata: ${JSON.stringify(event.connected)}\n\n`
  if ('end' in event) return `event: end\ndata: ${JSON.stringify({ reason: event.end })}\n\n`
  const { notification } = event
  return `id: ${notification.id}\nevent: notification\ndata: ${JSON.stringify(notification)}\n\n`
}
