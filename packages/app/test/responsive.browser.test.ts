import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileAnasChart, inviteToCity, skip, startStage, Visitor, type Stage } from './stage.ts'

const assets = join(import.meta.dirname, '../dist/assets')
/** What every ChaCha20 says of itself (RFC 8439 section 2.3): whoever has it can seal and open. */
const sealing = 'expand 32-byte k'

describe('opening a chart leaves the page free', { skip }, () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  test('none of the page’s own scripts can seal or open: the keeper in its worker does', () => {
    const able = readdirSync(assets).filter(
      (name) => name.endsWith('.js') && readFileSync(join(assets, name), 'utf8').includes(sealing),
    )
    assert.notEqual(able.length, 0)
    for (const name of able) assert.match(name, /^keeper-/)
  })

  test('the page shows how far it has come while the keeper verifies and opens, and asks no cipher itself', async () => {
    const ana = await Visitor.at(stage, stage.world.city)
    await ana.givePasskeys()
    await ana.join(await inviteToCity(stage), { passkey: true })
    await fileAnasChart(stage, await ana.account())

    await ana.page.addInitScript(watchPage)
    await ana.open()
    await ana.page.reload()
    await ana.tap(ana.button(/Use my fingerprint/))
    await ana.heading('Records of Ana Sharma').waitFor()
    const { shown, asked } = await ana.page.evaluate(() => {
      const { shown, asked } = globalThis as unknown as Watched
      return { shown, asked }
    })
    assert.deepEqual(asked, [])
    assert.ok(new Set(shown).size > 2, `steps shown: ${shown.join(' ')}`)
    assert.deepEqual(
      shown,
      shown.toSorted((a, b) => a - b),
      'it only goes forwards',
    )
    await ana.close()
  })
})

interface Watched {
  /** Of the progress bar, in hundredths. */
  shown: number[]
  /** Operations of WebCrypto that the page itself asked for. */
  asked: string[]
}

/** Runs in the page. */
function watchPage(): void {
  const watched = Object.assign(globalThis as unknown as Watched, { shown: [], asked: [] } as Watched)
  for (const name of ['encrypt', 'decrypt', 'sign', 'verify', 'deriveBits', 'deriveKey'] as const) {
    const act = SubtleCrypto.prototype[name] as (...args: unknown[]) => unknown
    Object.assign(SubtleCrypto.prototype, {
      [name](...args: unknown[]) {
        watched.asked.push(name)
        return act.apply(this, args)
      },
    })
  }
  new MutationObserver(() => {
    const bar = document.querySelector('main [role=progressbar]')
    if (bar) watched.shown.push(Number(bar.getAttribute('aria-valuenow')))
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['aria-valuenow'],
  })
}
