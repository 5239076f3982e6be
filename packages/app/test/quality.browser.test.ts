import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  fileAnasChart,
  inviteToCity,
  newDoctor,
  phone,
  skip,
  startStage,
  type Stage,
  Visitor,
} from './stage.ts'

const built = join(import.meta.dirname, '../dist')
/** First load of a patient's home, everything that runs, the keeper's worker included. */
const scriptBytesMax = 250_000

/** In CSS pixels. */
const a4 = { width: 794, height: 1123 }

/** Every page of a patient, by its address. */
const pages = [
  '',
  'add',
  'countries',
  'shares',
  'share',
  'visits',
  'more',
  'ways',
  'guardians',
  'emergency',
  'help',
  'helpers',
  'helped',
  'download',
  'close',
]

describe('the app, whatever it is used with', { skip }, () => {
  let stage: Stage
  let ana: Visitor
  const requested: string[] = []
  before(async () => {
    stage = await startStage()
    const { city, lakeside } = stage.world
    await newDoctor(stage, lakeside, 'Dr Kwame Osei')
    ana = await Visitor.at(stage, city)
    ana.page.context().on('request', (request) => requested.push(request.url()))
    await ana.givePasskeys()
    await ana.join(await inviteToCity(stage), { passkey: true })
    await fileAnasChart(stage, await ana.account(), 60)
  })
  after(() => stage.stop())

  /** The next visit, from nothing but the sealed keys. */
  async function signIn(): Promise<void> {
    await ana.open()
    await ana.page.reload()
    await ana.tap(ana.button(/Use my fingerprint|उँगली|ਉਂਗਲ/))
    await ana.heading(/Ana Sharma/).waitFor()
  }
  /** A page by its address, drawn whole. */
  async function visit(page: string): Promise<void> {
    await ana.open(`#/${page}`)
    await ana.settle()
  }

  test(`a patient's home loads at most ${scriptBytesMax / 1000} kB of JavaScript, gzipped, the keeper included`, async () => {
    requested.length = 0
    await signIn()
    await ana.page.getByText('By day').waitFor()
    const scripts = new Set(
      requested.map((url) => new URL(url).pathname).filter((path) => path.endsWith('.js')),
    )
    scripts.delete('/app/service-worker.js')
    const sizes = [...scripts].map(
      (path) => [path, gzipSync(readFileSync(join(built, path.slice('/app/'.length)))).length] as const,
    )
    const total = sizes.reduce((sum, [, size]) => sum + size, 0)
    assert.ok(
      [...scripts].some((path) => path.includes('keeper')),
      'the worker is counted',
    )
    console.log(`home: ${scripts.size} scripts, ${total} bytes gzipped`)
    assert.ok(
      total <= scriptBytesMax,
      `${total} bytes: ${JSON.stringify(sizes.sort((a, b) => b[1] - a[1]).slice(0, 12))}`,
    )
  })

  test('attack: a request to anybody but the hospitals of the directory', async () => {
    for (const page of pages) await visit(page)
    const { city, lakeside } = stage.world
    const own = new URL(city.gateway.url).port
    const known = new Set([`http://localhost:${own}`, new URL(lakeside.gateway.url).origin])
    for (const url of requested) if (!url.startsWith('blob:')) assert.ok(known.has(new URL(url).origin), url)
    // The policy stops what a page would try.
    const blocked = await ana.page.evaluate(() =>
      fetch('https://elsewhere.example/').then(
        () => false,
        () => true,
      ),
    )
    assert.ok(blocked)
    ana.complaints.length = 0
  })

  test('attack: markup, script and frames by Trusted Types and the policy', async () => {
    const { page } = ana
    const outcome = await page.evaluate(() => {
      const tried = (attack: () => unknown) => {
        try {
          attack()
          return 'done'
        } catch (error) {
          return (error as Error).name
        }
      }
      return {
        markup: tried(() => (document.body.innerHTML = '<img src=x onerror=alert(1)>')),
        script: tried(() => (document.createElement('script').text = 'alert(2)')),
        worker: tried(() => new Worker('https://elsewhere.example/worker.js')),
        policy: tried(() =>
          (
            globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
          ).trustedTypes.createPolicy('other', {}),
        ),
      }
    })
    assert.deepEqual(outcome, {
      markup: 'TypeError',
      script: 'TypeError',
      worker: 'TypeError',
      policy: 'TypeError',
    })
    // Later than the call from outside, for which the browser makes an exception.
    const evaluated = await page.evaluate(
      () =>
        new Promise((resolve) => {
          setTimeout(() => {
            try {
              resolve(new Function('return 1')())
            } catch (error) {
              resolve((error as Error).name)
            }
          })
        }),
    )
    assert.equal(evaluated, 'EvalError')
    const answer = await fetch(`${stage.world.city.gateway.url}/app/`)
    const policy = answer.headers.get('content-security-policy')!
    assert.match(policy, /frame-ancestors 'none'/)
    assert.match(policy, /script-src 'self';/)
    assert.doesNotMatch(policy, /unsafe-inline/)
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    ana.complaints.length = 0
  })

  test('attack: another file in the place of one that the page names does not run (SRI)', async () => {
    const visitor = await Visitor.at(stage, stage.world.city, { serviceWorkers: 'block' })
    await visitor.page.context().route(/assets\/index-.*\.js$/, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: `${await response.text()};document.title = 'changed'` })
    })
    const complaint = visitor.page.waitForEvent('console', (message) => /integrity/.test(message.text()))
    await visitor.open()
    await complaint
    await visitor.page.waitForLoadState('load')
    assert.notEqual(await visitor.page.title(), 'changed')
    assert.equal(await visitor.page.locator('main').count(), 0)
    await visitor.close()
  })

  test('icons of the sizes that home screens ask for', async () => {
    const home = `${stage.world.city.gateway.url}/app/`
    const manifest = (await (await fetch(`${home}app.webmanifest`)).json()) as {
      icons: { src: string; sizes: string; type: string; purpose: string }[]
    }
    const drawn = manifest.icons.filter(({ type }) => type === 'image/png')
    assert.deepEqual(
      drawn.map(({ sizes, purpose }) => `${sizes} ${purpose}`),
      ['192x192 any', '512x512 any', '512x512 maskable'],
    )
    for (const { src, sizes } of [...drawn, { src: 'apple-touch-icon.png', sizes: '180x180' }]) {
      const answer = await fetch(`${home}${src}`)
      assert.equal(answer.headers.get('content-type'), 'image/png')
      const header = new DataView(await answer.arrayBuffer())
      assert.equal(`${header.getUint32(16)}x${header.getUint32(20)}`, sizes)
    }
  })

  test('at 200 % and at 400 % zoom nothing is cut off or scrolls sideways', async () => {
    // A screen of 1280 by 1024, zoomed: https://www.w3.org/WAI/WCAG22/Understanding/reflow
    for (const viewport of [
      { width: 640, height: 512 },
      { width: 320, height: 256 },
    ]) {
      await ana.page.setViewportSize(viewport)
      for (const page of pages) {
        await visit(page)
        await ana.assertAccessible(`${page || 'home'} at ${viewport.width} px`)
      }
    }
    await ana.page.setViewportSize(phone)
  })

  test('dark: every page, with enough contrast', async () => {
    await ana.page.emulateMedia({ colorScheme: 'dark' })
    for (const page of pages) {
      await visit(page)
      await ana.assertAccessible(`${page || 'home'}, dark`)
    }
    await visit('')
    await ana.shoot('app-home-dark-phone', { fullPage: false })
    await ana.page.emulateMedia({ colorScheme: 'light' })
  })

  test('what is under the pointer keeps its contrast, light and dark', async () => {
    const { page } = ana
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const [path, target] of [
        ['', page.locator('a.row').first()],
        ['', ana.button('Sign out')],
        ['share', ana.button(/Dr Kwame Osei/)],
        ['shares', ana.link('Share with somebody')],
        ['ways', ana.link('Sharing')],
      ] as const) {
        await visit(path)
        await target.hover()
        await ana.assertAccessible(`${String(target)} under the pointer, ${colorScheme}`)
      }
    }
    // The pointer leaves the screen: no later page is looked at under it.
    await page.mouse.move(0, 0)
    await page.emulateMedia({ colorScheme: 'light' })
  })

  test('on paper a visit stands alone, dark on white, also of a screen that is dark', async () => {
    const { page } = ana
    await signIn()
    await page
      .getByRole('link', { name: /^Visit/ })
      .first()
      .click()
    await ana.button('Check that nobody changed it').waitFor()
    await page.setViewportSize(a4)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ media: 'print', colorScheme })
      await page
        .locator('html')
        .and(page.locator(`[data-mantine-color-scheme=${colorScheme}]`))
        .waitFor()
      assert.ok(await page.locator('main h1').isVisible())
      for (const onScreen of await page.locator('.bar, .tabs, .skip, button').all())
        assert.ok(!(await onScreen.isVisible()), String(onScreen))
      await ana.assertAccessible(`a visit on paper, ${colorScheme}`)
      await ana.shoot(`app-visit-printed-${colorScheme}`)
    }
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' })
    await page.setViewportSize(phone)
    // The hand that opened it leaves the screen: no later page is looked at under it.
    await page.mouse.move(0, 0)
  })

  test('with reduced motion nothing moves', async () => {
    for (const page of pages) {
      await visit(page)
      const moving = await ana.page.evaluate(
        () =>
          document.getAnimations().filter((animation) => Number(animation.effect?.getTiming().duration) > 1)
            .length,
      )
      assert.equal(moving, 0, page)
    }
  })

  test('each page is said when it is new: the focus is at its heading, and the title names it', async () => {
    const { page } = ana
    for (const path of pages.slice(1)) {
      await visit(path)
      await page.waitForFunction(() => document.activeElement?.matches('main h1'))
      const heading = await page.locator('main h1').innerText()
      assert.equal(await page.title(), `${heading} · My health records`)
    }
  })

  test('attack: somebody reads the browser’s history; no title has a name or a finding in it', async () => {
    const { page } = ana
    await visit('')
    assert.equal(await page.title(), 'My health records')
    await ana.tap(page.locator('main a.row').first())
    await page.mouse.move(0, 0)
    await page.waitForFunction(() => document.activeElement?.matches('main h1'))
    assert.equal(await page.title(), 'My health records')
  })

  for (const [language, name, script] of [
    ['hi', 'हिन्दी', /\p{Script=Devanagari}/u],
    ['pa', 'ਪੰਜਾਬੀ', /\p{Script=Gurmukhi}/u],
  ] as const)
    test(`in ${name}: every page speaks it, and no name of a message shows`, async () => {
      await visit('more')
      await ana.page.locator('main select').selectOption(language)
      await ana.page.waitForFunction((lang) => document.documentElement.lang === lang, language)
      for (const page of pages) {
        await visit(page)
        assert.match(await ana.page.locator('main h1').innerText(), script)
        assert.doesNotMatch(
          await ana.page.locator('body').innerText(),
          /\b[a-z]+\.[a-z]+[A-Za-z.]*\b(?<!hre\.\w+)/,
        )
        // A browser without the language's months says "2025 M10 25".
        assert.doesNotMatch(await ana.page.locator('body').innerText(), /\bM\d\d\b/)
        await ana.assertAccessible(`${page || 'home'}, ${language}`)
      }
      await signIn()
      await ana.shoot(`app-home-${language}-phone`, { documented: true, fullPage: false })
      await visit('more')
      await ana.page.locator('main select').selectOption('en')
      await ana.page.waitForFunction(() => document.documentElement.lang === 'en')
    })

  test('nobody touches it for ten minutes: it locks, and nothing of the chart is left in the page', async () => {
    await ana.open()
    await ana.page.reload()
    await ana.button(/Use my fingerprint/).waitFor()
    // The page's clock and the keeper's, that they can be put ahead while they are in use.
    const loosen = () => {
      const now = Date.now
      Date.now = () => now() + ((globalThis as { aheadMs?: number }).aheadMs ?? 0)
    }
    const wait = (minutes: number) => Object.assign(globalThis, { aheadMs: minutes * 60 * 1000 })
    const [worker] = ana.page.workers()
    await ana.page.evaluate(loosen)
    await worker!.evaluate(loosen)
    await ana.tap(ana.button(/Use my fingerprint/))
    await ana.heading('Records of Ana Sharma').waitFor()
    // What a page does by itself is no sign of a person: it does not begin the ten minutes anew.
    await ana.page.evaluate(wait, 6)
    await worker!.evaluate(wait, 6)
    await visit('shares')
    await ana.page.evaluate(wait, 11)
    await worker!.evaluate(wait, 11)
    await ana.page.keyboard.press('Shift')
    await ana.heading('Sign in').waitFor()
    assert.doesNotMatch(await ana.page.content(), /Ana Sharma/)
  })
})
