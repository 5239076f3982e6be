// What somebody with a slow phone waits for: `node bench/app.ts`, or with `--json` for a program to read. The processor of
// the page is throttled six times and the connection is a slow mobile one; workers and the gateways on this machine are not
// slowed. Smaller is better for everything. `...Ms` of an interaction is from the touch to the next picture (Event Timing,
// of which INP is made), in steps of 8; a busy machine makes all of them larger.
import type { CDPSession, Page } from 'playwright-core'
import { generateChart } from '../packages/testkit/src/index.ts'
import { file, inviteToCity, newDoctor, startStage, Visitor, type Stage } from '../packages/app/test/stage.ts'

const slowdown = 6
/** Lighthouse's "slow 4G": bits per second, and milliseconds for there and back. */
const connection = { down: 1_638_400, up: 675_000, roundTripMs: 150 }
/** A task of the page that is longer makes somebody wait (Long Tasks, TBT). */
const longTaskMs = 50

interface Watched {
  largestPaintMs: number
  shift: number
  blockedMs: number
  longestTaskMs: number
  interactionMs: number
}

/** Runs in the page. @see https://www.w3.org/TR/event-timing/ */
function watch(longTaskMs: number): void {
  const watched: Watched = { largestPaintMs: 0, shift: 0, blockedMs: 0, longestTaskMs: 0, interactionMs: 0 }
  Object.assign(globalThis, { watched })
  const each = (type: string, take: (entry: PerformanceEntry) => void, options: object = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
      type,
      buffered: true,
      ...options,
    })
  each('largest-contentful-paint', ({ startTime }) => (watched.largestPaintMs = startTime))
  each('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
    if (!hadRecentInput) watched.shift += value
  })
  each('longtask', ({ duration }) => {
    watched.blockedMs += duration - longTaskMs
    watched.longestTaskMs = Math.max(watched.longestTaskMs, duration)
  })
  const interaction = (entry: PerformanceEntry) => {
    if ((entry as PerformanceEventTiming).interactionId > 0)
      watched.interactionMs = Math.max(watched.interactionMs, entry.duration)
  }
  each('event', interaction, { durationThreshold: 16 })
}

const read = (page: Page): Promise<Watched> =>
  page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched)

/** Until what was done is drawn, and its observers were told. */
const drawn = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 500))))

/** @returns milliseconds from the touch or key to the next picture; of several the longest. */
async function interact(page: Page, act: () => Promise<void>): Promise<number> {
  await drawn(page)
  await page.evaluate(() =>
    Object.assign((globalThis as unknown as { watched: Watched }).watched, {
      interactionMs: 0,
      longestTaskMs: 0,
    }),
  )
  await act()
  await drawn(page)
  return (await read(page)).interactionMs
}

/** A patient with a chart, known to this device, and somebody to share with. */
async function prepare(stage: Stage): Promise<Visitor> {
  const { city, lakeside } = stage.world
  await newDoctor(stage, lakeside, 'Dr Kwame Osei')
  const ana = await Visitor.at(stage, city, { serviceWorkers: 'block' })
  await ana.givePasskeys()
  await ana.join(await inviteToCity(stage), { passkey: true })
  const technician = await stage.world.newMember(city, 'lab technician')
  const chart = generateChart('bench', { name: 'Ana Sharma', sex: 'female', birthDate: '1958-04-12' })
  await file(technician, await ana.account(), chart.resources)
  await ana.open()
  return ana
}

/** As on the first day: nothing of the app is kept. */
async function loadSlowly(ana: Visitor, session: CDPSession): Promise<Record<string, number>> {
  let transferredBytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (transferredBytes += encodedDataLength))
  await session.send('Network.enable')
  await session.send('Network.clearBrowserCache')
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: connection.roundTripMs,
    downloadThroughput: connection.down / 8,
    uploadThroughput: connection.up / 8,
  })
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await ana.page.addInitScript(watch, longTaskMs)
  await ana.page.reload({ waitUntil: 'commit' })
  await ana.button(/Use my fingerprint/).waitFor()
  await drawn(ana.page)
  const { largestPaintMs, shift, blockedMs } = await read(ana.page)
  return {
    loadLargestPaintMs: largestPaintMs,
    loadBlockedMs: blockedMs,
    loadLayoutShift: shift,
    loadTransferredBytes: transferredBytes,
  }
}

async function open(ana: Visitor): Promise<Record<string, number>> {
  const { page } = ana
  const startedMs = performance.now()
  let openMs = 0
  const signInMs = await interact(page, async () => {
    await ana.tap(ana.button(/Use my fingerprint/))
    await ana.heading('Records of Ana Sharma').waitFor()
    openMs = performance.now() - startedMs
  })
  return { signInMs, openChartMs: openMs, openChartLongestTaskMs: (await read(page)).longestTaskMs }
}

async function use(ana: Visitor): Promise<Record<string, number>> {
  const { page } = ana
  const row = page.locator('main a.row')
  const search = page.getByLabel('Name of a doctor or hospital')
  const sharing = ana.link('Share with somebody')
  const figures: Record<string, number> = {}
  const steps: Record<string, () => Promise<void>> = {
    byTopicMs: () => page.getByText('By topic').click(),
    byDayMs: () => page.getByText('By day').click(),
    openRecordMs: async () => {
      await row.first().click()
      await ana.button('Back').waitFor()
    },
    backMs: async () => {
      await ana.button('Back').click()
      await row.first().waitFor()
    },
    sharesMs: async () => {
      await ana.link('Sharing').click()
      await sharing.waitFor()
    },
    shareMs: async () => {
      await sharing.click()
      await search.waitFor()
    },
    searchMs: () => search.pressSequentially('kwame', { delay: 150 }),
    chooseReaderMs: async () => {
      await ana.button(/Dr Kwame Osei/).click()
      await ana.button('Yes, share this').waitFor()
    },
    approveMs: async () => {
      await page.getByRole('checkbox').first().check()
      await ana.button('Yes, share this').click()
      await page.getByText(/^Done\./).waitFor()
    },
    visitsMs: async () => {
      await ana.link('Who looked').click()
      await ana
        .heading(/looked/)
        .first()
        .waitFor()
    },
  }
  for (const [name, step] of Object.entries(steps)) figures[name] = await interact(page, step)
  return { ...figures, interactionMsMax: Math.max(...Object.values(figures)) }
}

const stage = await startStage()
try {
  const ana = await prepare(stage)
  const session = await ana.page.context().newCDPSession(ana.page)
  const measured = { ...(await loadSlowly(ana, session)), ...(await open(ana)), ...(await use(ana)) }
  const figures = Object.fromEntries(
    Object.entries(measured).map(([name, value]) => [name, Number(value.toPrecision(4))]),
  )
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(28)}${value}`)
  if (process.argv.includes('--json')) console.log(JSON.stringify({ figures }))
} finally {
  await stage.stop()
}
