import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import sparticuz from '@sparticuz/chromium'
import axe from 'axe-core'
import { chromium, type Browser, type Page } from 'playwright-core'
import { ordinaryScene, startStage, type Stage } from './stage.ts'

/** The browser that comes with the devDependencies is for Linux. */
const skip = process.platform === 'linux' ? false : 'the packaged browser is for Linux'
const screenshots = process.env['HRE_SCREENSHOTS']

const phone = { width: 390, height: 844 }
const desktop = { width: 1280, height: 900 }
/** A little more than the page waits between two questions, by its own clock. */
const pollMilliseconds = 2600
const hashShape = /0x[0-9a-f]{8,}/

describe('the page of a gateway', { skip }, () => {
  let browser: Browser
  let stage: Stage
  let page: Page
  let complaints: string[]

  before(async () => {
    browser = await chromium.launch({
      executablePath: await sparticuz.executablePath(),
      // Not the package's own arguments: they are for one page of one process, with web security off.
      args: ['--no-sandbox'],
      headless: true,
    })
  })
  after(() => browser.close())

  beforeEach(async () => {
    stage = await startStage(ordinaryScene())
  })
  afterEach(async () => {
    await page.context().close()
    await stage.stop()
  })

  async function visit(
    options: Parameters<Browser['newContext']>[0] = { viewport: desktop },
    prepare: (page: Page) => Promise<void> = async () => {},
  ): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', ...options })
    page = await context.newPage()
    await prepare(page)
    complaints = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(stage.url)
    await page
      .locator('#state[data-state=running], #state[data-state=warning], #trouble:not([hidden])')
      .first()
      .waitFor()
    return page
  }

  test('says whose gateway it is, that it runs, what it holds and what happened', async () => {
    await visit()
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'City Hospital')
    assert.equal(await page.title(), 'City Hospital · Healthcare Records Exchange')
    assert.equal(await page.getByRole('status').textContent(), 'Running')
    assert.match(await page.locator('#figures').innerText(), /Records\s*237/)
    assert.match(await page.locator('#chain').innerText(), /In step with the shared chain, at block 31/)
    assert.equal(await page.locator('#story > li').count(), 6)
    assert.match(await page.locator('#activity > li').first().innerText(), /anchored 8 access receipts/)
    assert.match(await page.locator('#activity').innerText(), /A patient gave a grant, 9 times/)
    assert.match(
      await page.locator('#organisations').innerText(),
      /Hospital in India: City Hospital, this gateway/,
    )
    assert.deepEqual(complaints, [])
  })

  test('hashes are in the proofs alone, and an opened proof stays open while the page goes on', async () => {
    await visit()
    assert.doesNotMatch(await page.locator('body').innerText(), hashShape)
    const step = page.locator('#story > li').nth(1)
    await step.getByText('Proof').click()
    assert.match(await step.innerText(), hashShape)
    stage.scene.status = { ...stage.scene.status, records: 240 }
    stage.scene.steps.push({ step: 'more', ok: true, text: 'One more thing', proof: {}, milliseconds: 1 })
    await page.getByText('One more thing').waitFor()
    assert.match(await step.innerText(), hashShape)
    assert.match(await page.locator('#figures').innerText(), /Records\s*240/)
  })

  test('a hostile name, story or activity stays text', async () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>'
    const { scene } = stage
    scene.status.name = hostile
    scene.steps = [{ step: 'x', ok: false, text: hostile, proof: { [hostile]: hostile }, milliseconds: 1 }]
    scene.status.activity = [{ at: 0, block: 1, what: hostile, transaction: hostile }]
    scene.organisations.push({ account: '0x3', kind: 99, country: hostile, endpoint: 'javascript:alert(3)' })
    await visit()
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), hostile)
    assert.ok((await page.locator('#story').innerText()).includes(hostile))
    assert.ok((await page.locator('#activity').innerText()).includes(hostile))
    assert.equal(await page.locator('img').count(), 1, 'the icon is the only picture')
    assert.equal(await page.locator('body script').count(), 0)
    assert.equal(await page.locator('a[href^=javascript]').count(), 0)
    assert.deepEqual(complaints, [])
  })

  test('a step that failed says so in words, not by colour alone', async () => {
    stage.scene.steps[2] = { ...stage.scene.steps[2], ok: false, text: 'This did not work: timeout' }
    await visit()
    assert.match(await page.locator('#story > li').nth(2).innerText(), /^Failed This did not work: timeout/)
  })

  test('when the gateway does not answer it says what happened and what to do, and recovers by itself', async () => {
    await visit()
    stage.scene.failure = 'hang up'
    const alert = page.getByRole('alert')
    await alert.filter({ hasText: 'The gateway does not answer' }).waitFor()
    assert.match(await alert.innerText(), /What you see is of .* Is the exchange still running\? .*npm start/)
    assert.equal(await page.getByRole('status').textContent(), 'Not answering')
    assert.match(await page.locator('#figures').innerText(), /Records\s*237/, 'what was known stays')
    stage.scene.failure = 'none'
    await page.locator('#state[data-state=running]').waitFor()
    assert.equal(await alert.isHidden(), true)
  })

  test('opened while the gateway is in trouble, it says so at once', async () => {
    stage.scene.failure = 503
    await visit()
    assert.match(await page.getByRole('alert').innerText(), /in trouble[\s\S]*hre doctor/)
  })

  test('with nothing told and nothing done it says that too', async () => {
    stage.scene.steps = []
    stage.scene.status.activity = []
    await visit()
    assert.equal(await page.getByText('No story has been told here yet.').isVisible(), true)
    assert.equal(await page.getByText('Nothing has happened yet.').isVisible(), true)
  })

  test('without the chain it says so', async () => {
    stage.scene.status['chainBlock'] = null
    await visit()
    await page.getByText('Running, without the chain').waitFor()
  })

  test('asks nothing while nobody sees it', async () => {
    await visit({ viewport: desktop }, (page) => page.clock.install())
    const setHidden = (hidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, hidden)
    await setHidden(true)
    const { asked } = stage.scene
    await page.clock.runFor(4 * pollMilliseconds)
    // One question of the test's own: whatever the page asked before it has come by then.
    await page.evaluate(() => fetch('/story').then((answer) => answer.text()))
    assert.equal(stage.scene.asked, asked + 1)
    const asks = page.waitForRequest('**/v1/status')
    await setHidden(false)
    await asks
  })

  test('the keyboard reaches everything, and more rows keep its place', async () => {
    await visit()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content')
    const more = page.getByRole('button', { name: 'Show all' })
    await more.focus()
    await page.keyboard.press('Enter')
    assert.equal(await more.isHidden(), true)
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Proof')
  })

  for (const [name, viewport] of Object.entries({ phone, desktop }))
    for (const colorScheme of ['light', 'dark'] as const)
      test(`${name}, ${colorScheme}: nothing for axe to find, nothing cut off, room for a finger`, async () => {
        await visit({ viewport, colorScheme, reducedMotion: 'reduce', deviceScaleFactor: 1 })
        await shoot(`gateway-${name}-${colorScheme}`, colorScheme === 'light' ? `gateway-${name}` : undefined)
        stage.scene.steps[1] = { ...stage.scene.steps[1], ok: false }
        await page.getByText('Failed').waitFor()
        await page.locator('#story > li').first().getByText('Proof').click()
        await page.getByText('About this gateway').click()
        await shoot(`gateway-${name}-${colorScheme}-open`)
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        assert.ok(width <= viewport.width, `${width} px is wider than the screen`)
        for (const box of await page.locator('summary, button:visible').all())
          assert.ok(((await box.boundingBox())?.height ?? 44) >= 44)
        await page.evaluate(axe.source)
        const { violations } = await page.evaluate(
          () => (globalThis as unknown as { axe: typeof axe }).axe.run() as Promise<axe.AxeResults>,
        )
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
          [],
        )
        stage.scene.failure = 503
        await page.getByRole('alert').filter({ hasText: 'in trouble' }).waitFor()
        await shoot(`gateway-${name}-${colorScheme}-trouble`)
      })

  /** Pictures to look at in HRE_SCREENSHOTS; those of the README also under docs/. */
  async function shoot(name: string, documented?: string): Promise<void> {
    if (!screenshots) return
    await mkdir(screenshots, { recursive: true })
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true })
    if (!documented) return
    const folder = join(import.meta.dirname, '../../../docs/screenshots')
    await mkdir(folder, { recursive: true })
    await page.screenshot({ path: join(folder, `${documented}.png`) })
  }
})
