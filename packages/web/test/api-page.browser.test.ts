import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openApiDocument, routes } from '@hre/protocol'
import sparticuz from '@sparticuz/chromium'
import axe from 'axe-core'
import { chromium, type Browser } from 'playwright-core'
import { apiPage, pages, type ApiDescription } from '../src/index.ts'
import { contentSecurityPolicy } from './stage.ts'

const skip = process.platform === 'linux' ? false : 'the packaged browser is for Linux'
const screenshots = process.env['HRE_SCREENSHOTS']
const api = openApiDocument({ version: '0.1.0', anonymousPerMinute: 600, accountPerMinute: 20_000 })

describe('the page of the API', { skip }, () => {
  let browser: Browser
  let server: Server
  let url: string
  let shown: ApiDescription = api
  before(async () => {
    server = createServer((request, response) => {
      response.setHeader('content-security-policy', contentSecurityPolicy)
      const page = pages.find(({ path }) => path === request.url)
      response.setHeader('content-type', page?.type ?? 'text/html; charset=utf-8')
      if (page) void readFile(page.file).then((bytes) => response.end(bytes))
      else response.end(apiPage(shown))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs`
    browser = await chromium.launch({
      executablePath: await sparticuz.executablePath(),
      args: ['--no-sandbox'],
      headless: true,
    })
  })
  after(async () => {
    await browser.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  for (const [name, width] of Object.entries({ phone: 390, desktop: 1280 }))
    for (const colorScheme of ['light', 'dark'] as const)
      test(`${name}, ${colorScheme}: every route, nothing for axe to find, nothing cut off, no word from the policy`, async () => {
        const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme })
        const page = await context.newPage()
        const complaints: string[] = []
        page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
        await page.goto(url)
        assert.equal(await page.locator('article').count(), Object.keys(routes).length)
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width)
        await page.locator('summary').first().click()
        await page.evaluate(axe.source)
        const { violations } = await page.evaluate(
          () => (globalThis as unknown as { axe: typeof axe }).axe.run() as Promise<axe.AxeResults>,
        )
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
          [],
        )
        assert.deepEqual(complaints, [])
        if (screenshots) {
          await mkdir(screenshots, { recursive: true })
          await page.screenshot({ path: join(screenshots, `api-${name}-${colorScheme}.png`) })
          await page.locator('article').nth(3).scrollIntoViewIfNeeded()
          await page.screenshot({ path: join(screenshots, `api-${name}-${colorScheme}-route.png`) })
        }
        await context.close()
      })

  test('attack: markup in a description stays text', async () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>"\''
    shown = { ...api, info: { ...api.info, summary: hostile, version: hostile } }
    const page = await browser.newPage()
    await page.goto(url)
    assert.equal(await page.locator('script').count(), 0)
    assert.equal(await page.locator('img').count(), 1, 'the icon is the only picture')
    assert.ok((await page.locator('main').innerText()).includes(hostile))
    shown = api
  })
})
