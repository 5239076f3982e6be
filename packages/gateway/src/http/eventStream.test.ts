import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StreamEvent } from '../notifications/streams.ts'
import { pump, textOf } from './eventStream.ts'

const notification = (id: number) => ({ id, at: 1, kind: 'grant-made', about: {}, source: null })

function many(count: number) {
  let made = 0
  const events = async function* (): AsyncGenerator<StreamEvent> {
    while (made < count) yield { notification: notification(++made) }
  }
  return { events: events(), made: () => made }
}

test('[T4] an event has its id, its name and one line of JSON', () => {
  assert.equal(
    textOf({ notification: notification(3) }),
    'id: 3\nevent: notification\ndata: {"id":3,"at":1,"kind":"grant-made","about":{},"source":null}\n\n',
  )
  assert.equal(textOf({ heartbeat: true }), ': here\n\n')
})

test('[T4] attack: a reader that takes nothing: little is kept for it, and it is dropped', async () => {
  const { events, made } = many(100_000)
  const body = new PassThrough({ highWaterMark: 4096 })
  await assert.rejects(pump(events, body, 50), { name: 'AbortError' })
  assert.ok(made() < 200, `${made()} events were made for nobody`)
  body.destroy()
})

test('[T4] a slow reader that goes on reading gets everything', async () => {
  const { events } = many(500)
  const body = new PassThrough({ highWaterMark: 1024 })
  const reading = (async () => {
    let text = ''
    for await (const chunk of body) {
      text += String(chunk)
      await sleep(1)
    }
    return text
  })()
  await pump(events, body, 1000)
  body.end()
  assert.equal((await reading).match(/^id: /gm)!.length, 500)
})

test('[T4] a reader that goes away ends the pump', async () => {
  const { events, made } = many(100_000)
  const body = new PassThrough({ highWaterMark: 1024 })
  setTimeout(() => body.destroy(), 30)
  await pump(events, body, 5000)
  assert.ok(made() < 200)
})
