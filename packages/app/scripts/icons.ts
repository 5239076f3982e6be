/**
 * Draws the icons of home screens from `public/icon.svg`; the results are in git, so that a build needs no browser.
 *
 *   node packages/app/scripts/icons.ts
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sparticuz from '@sparticuz/chromium'
import { chromium } from 'playwright-core'

const publicDir = join(import.meta.dirname, '..', 'public')

/** Whole: as it is. Maskable: in the middle of its own colour, where any shape leaves it (https://w3c.github.io/manifest/#icon-masks). */
const icons = [
  { name: 'icon-192.png', side: 192, scale: 1 },
  { name: 'icon-512.png', side: 512, scale: 1 },
  { name: 'icon-maskable-512.png', side: 512, scale: 0.7 },
  // iOS cuts the corners itself and shows black where there is nothing.
  { name: 'apple-touch-icon.png', side: 180, scale: 0.8 },
]

const svg = await readFile(join(publicDir, 'icon.svg'))
const source = `data:image/svg+xml;base64,${svg.toString('base64')}`
const browser = await chromium.launch({
  executablePath: await sparticuz.executablePath(),
  args: ['--no-sandbox'],
  headless: true,
})
for (const { name, side, scale } of icons) {
  const page = await browser.newPage({ viewport: { width: side, height: side } })
  const background = scale === 1 ? 'transparent' : '#0b5e5c'
  const style = `margin:0;display:grid;place-items:center;height:100vh;background:${background}`
  await page.setContent(`<body style="${style}"><img src="${source}" width="${side * scale}">`)
  await page.screenshot({ path: join(publicDir, name), omitBackground: true })
  await page.close()
}
await browser.close()
