import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ana, assertRefused, grantToOsei, labs, osei } from '../test/people.ts'
import { openRecord, sealRecord, unwrapEpochSeed, wrapEpochSeed } from './index.ts'

/** As on a page that came over http. */
async function withoutWebCrypto(work: () => Promise<void>): Promise<void> {
  const subtle = Object.getOwnPropertyDescriptor(Crypto.prototype, 'subtle')!
  Object.defineProperty(Crypto.prototype, 'subtle', { configurable: true, value: undefined })
  try {
    await work()
  } finally {
    Object.defineProperty(Crypto.prototype, 'subtle', subtle)
  }
}

describe('platform', () => {
  it('[E12] without WebCrypto nothing is called a miss or broken', async () => {
    const seed = ana.epochSeed(labs, 1)
    const body = new Uint8Array(3)
    const record = await sealRecord({ body, mediaType: 'text/plain', recipient: ana.recipient })
    const wrap = await wrapEpochSeed({ seed, readerRecipient: osei.recipient, context: grantToOsei })
    await withoutWebCrypto(async () => {
      const attempts = [
        () => sealRecord({ body, mediaType: 'text/plain', recipient: ana.recipient }),
        () => openRecord({ ...record, seed: ana.recipientSeed }),
        () => wrapEpochSeed({ seed, readerRecipient: osei.recipient, context: grantToOsei }),
        () => unwrapEpochSeed({ wrap, readerSeed: osei.recipientSeed, context: grantToOsei }),
      ]
      for (const attempt of attempts) await assertRefused(attempt, 'platform-unavailable')
    })
    assert.ok(await openRecord({ ...record, seed: ana.recipientSeed }))
  })
})
