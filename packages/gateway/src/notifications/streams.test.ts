import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { zeroAddress, zeroHash } from 'viem'
import type { Sessions } from '../session/sessions.ts'
import type { Outbox } from './outbox.ts'
import { NotificationStreams, type StreamEvent } from './streams.ts'

const hourMilliseconds = 60 * 60 * 1000
const caller = { account: zeroAddress, session: zeroHash, tokenExpiresAt: Infinity }

/** One account's notifications, of which nothing is known but their number. */
class Told {
  count = 0
  /** A look ends when this has. */
  duringLook: () => Promise<void> = async () => {}
  #wake: () => void = () => {}

  tell(): void {
    this.count++
    this.#wake()
  }

  readonly outbox = {
    onNews: (listener: () => void) => {
      this.#wake = listener
      return () => {}
    },
    assertKept: async () => {},
    after: async (_account: string, id: number) =>
      Array.from({ length: this.count - id }, (_, index) => ({ id: id + index + 1 })),
    newest: async () => new Map([[caller.account, this.count]]),
  } as unknown as Outbox
  /** Looked at after the news. */
  readonly sessions = {
    endedAmong: async () => {
      await this.duringLook()
      return new Set()
    },
  } as unknown as Sessions
}

describe('streams of notifications', { timeout: 60_000 }, () => {
  /** Streams that look by themselves so seldom that nobody waits for it. */
  const streamsOf = ({ outbox, sessions }: Told) =>
    new NotificationStreams({
      outbox,
      sessions,
      clock: () => 0,
      log: { warn: (_: unknown, text: string) => assert.fail(text) } as never,
      heartbeatMilliseconds: hourMilliseconds,
      lookMilliseconds: hourMilliseconds,
    })
  const open = async (told: Told, abort: AbortController) =>
    (await streamsOf(told).listen(caller, 0, abort.signal))[Symbol.asyncIterator]()
  const idOf = ({ value }: IteratorResult<StreamEvent, unknown>) => {
    assert.ok('notification' in (value as StreamEvent), JSON.stringify(value))
    return (value as { notification: { id: number } }).notification.id
  }

  test('news of this process are said at once, also those that are told while it looks for others', async () => {
    const told = new Told()
    const abort = new AbortController()
    const stream = await open(told, abort)
    assert.deepEqual((await stream.next()).value, { connected: { after: 0 } })
    const first = stream.next()
    const isSaid = Promise.withResolvers<void>()
    told.duringLook = () => isSaid.promise
    told.tell()
    assert.equal(idOf(await first), 1)
    const second = stream.next()
    told.tell()
    isSaid.resolve()
    assert.equal(idOf(await second), 2)
    abort.abort()
    assert.equal((await stream.next()).done, true)
    // Nobody listens: the look that this begins is the last.
    told.tell()
  })
})
