import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  acceptInvitation,
  fileRecords,
  inviteMember,
  invitePatient,
  recordsOfChart,
  type Actor,
} from '@hre/sdk'
import { laboratoryReportOf, referenceToOrder, type Resource } from '@hre/fhir'
import { generateChart } from '@hre/testkit'
import sparticuz from '@sparticuz/chromium'
import axe from 'axe-core'
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core'
import { startWorld, type Hospital, type World } from '../../exchange/test/world.ts'
import { focusSeenFrom, isFocusKept, isFocusSeen, troubleNow, watchFocus } from './focus.ts'

/** The browser that comes with the devDependencies is for Linux. */
export const skip = process.platform === 'linux' ? false : 'the packaged browser is for Linux'
export const phone = { width: 390, height: 844 }
export const desktop = { width: 1280, height: 800 }
/** How each journey is gone, in both ways. */
export const manners = [
  { size: 'phone', manner: 'on a phone', options: { viewport: phone } },
  {
    size: 'desktop',
    manner: 'on a desktop with keys alone',
    options: { viewport: desktop, hasKeysOnly: true },
  },
] as const

const password = 'kites over Amritsar at dusk'
/** More than any page has to press through, there and around. */
const keyPressesMax = 250
/** A frame of a browser beside others on a busy machine. */
const frameMsMax = 5_000
const screenshots = process.env['HRE_SCREENSHOTS']

/** Two hospitals on a real chain, and a browser that visits them as people do. */
export interface Stage {
  world: World
  browser: Browser
  stop(): Promise<void>
}

export async function startStage(): Promise<Stage> {
  const build = join(import.meta.dirname, '../scripts/build.ts')
  const { status, stderr } = spawnSync(process.execPath, [build], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const [world, browser] = await Promise.all([
    // Everybody visits from one address here: ten people's first pages in a minute are more than one address may ask for.
    startWorld({ anonymousPerMinute: 100_000 }),
    sparticuz.executablePath().then((executablePath) =>
      chromium.launch({
        executablePath,
        // Not the package's own arguments: they are for one page of one process, with web security off.
        args: ['--no-sandbox'],
        headless: true,
      }),
    ),
  ])
  return {
    world,
    browser,
    async stop() {
      await browser.close()
      await world.stop()
    },
  }
}

/** Passkeys want a name in the address, so the visit is to localhost. */
export const appUrl = ({ gateway }: Hospital): string => `http://localhost:${new URL(gateway.url).port}/app/`

export type VisitorOptions = BrowserContextOptions & { hasKeysOnly?: boolean; home?: string }

/** One person with a device of their own. Whatever the browser complains about is kept. */
export class Visitor {
  readonly page: Page
  readonly complaints: string[] = []
  readonly #home: string
  /** Uses the keys alone, as somebody does who cannot use a pointer. */
  readonly #hasKeysOnly: boolean

  private constructor(page: Page, home: string, hasKeysOnly: boolean) {
    this.page = page
    this.#home = home
    this.#hasKeysOnly = hasKeysOnly
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()))
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
  }

  static async at(
    stage: Stage,
    hospital: Hospital,
    { hasKeysOnly = false, home = appUrl(hospital), ...options }: VisitorOptions = {},
  ): Promise<Visitor> {
    const context = await stage.browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Asia/Kolkata',
      viewport: phone,
      reducedMotion: 'reduce',
      ...options,
    })
    context.setDefaultTimeout(40_000)
    await context.addInitScript(rememberHeading)
    await context.addInitScript(watchFocus)
    return new Visitor(await context.newPage(), home, hasKeysOnly)
  }

  /** A virtual authenticator with PRF, as phones and laptops have one. */
  async givePasskeys(): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page)
    await session.send('WebAuthn.enable')
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        hasPrf: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
  }

  async open(path = ''): Promise<void> {
    await this.page.goto(`${this.#home}${path}`)
  }

  button = (name: string | RegExp) => this.page.getByRole('button', { name, exact: typeof name === 'string' })
  link = (name: string | RegExp) => this.page.getByRole('link', { name, exact: typeof name === 'string' })
  heading = (name: string | RegExp) => this.page.getByRole('heading', { name })

  /** Presses a button, follows a link, ticks a box, chooses one of several. */
  async tap(target: Locator): Promise<void> {
    if (!this.#hasKeysOnly) return target.click()
    const type = await this.#reach(target)
    if (type === 'radio' && (await target.isChecked())) return
    await this.page.keyboard.press(type === 'checkbox' || type === 'radio' ? 'Space' : 'Enter')
  }

  /** One of the few that stand beside each other in a bar: by its words, or by arrows from the one before. */
  async choose(name: string): Promise<void> {
    if (!this.#hasKeysOnly) return this.page.getByText(name, { exact: true }).click()
    await this.tap(this.page.getByRole('radio', { name }))
  }

  async type(target: Locator, text: string): Promise<void> {
    if (!this.#hasKeysOnly) return target.fill(text)
    await this.#reach(target)
    await this.page.keyboard.press('ControlOrMeta+a')
    await this.page.keyboard.insertText(text)
  }

  /** One of a list that opens; with keys alone by arrows: letters are one word only to a browser that has time for each. */
  async select(target: Locator, label: string): Promise<void> {
    if (!this.#hasKeysOnly) return void (await target.selectOption({ label }))
    await this.#reach(target)
    // What there is to choose may come later than the list.
    await target.locator('option', { hasText: label }).first().waitFor({ state: 'attached' })
    const steps = await target.evaluate((list, wanted) => {
      const { options, selectedIndex } = list as HTMLSelectElement
      return [...options].findIndex((option) => option.label === wanted) - selectedIndex
    }, label)
    for (let step = 0; step < Math.abs(steps); step++)
      await this.page.keyboard.press(steps > 0 ? 'ArrowDown' : 'ArrowUp')
    assert.equal(
      await target.evaluate((list) => (list as HTMLSelectElement).selectedOptions[0]?.label),
      label,
    )
  }

  /** A file from the device, by the button that asks for one. */
  async upload(button: Locator, file: Parameters<Locator['setInputFiles']>[0]): Promise<void> {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), this.tap(button)])
    await chooser.setFiles(file)
  }

  /**
   * By Tab, forwards or back, until it has the focus, which can be seen; by arrows within a group. What was pressed before
   * has left the focus somewhere. @returns the type of an input.
   */
  async #reach(target: Locator): Promise<string> {
    // A radio button may be drawn by its label alone.
    await target.waitFor({ state: 'attached' })
    await (await target.elementHandle())!.waitForElementState('enabled')
    await this.page.waitForFunction(isFocusKept).catch((cause: unknown) => {
      throw new Error(`the focus was lost on the way to ${String(target)}`, { cause })
    })
    for (let presses = 0; presses < keyPressesMax; presses++) {
      const { at, type, trouble } = await target.evaluate(focusSeenFrom)
      // What was pressed may have moved away by what it brought. Else the page scrolls to it at its next frame.
      if (trouble !== '' && (presses > 0 || at === 'there'))
        await this.page
          .waitForFunction(isFocusSeen, undefined, { timeout: frameMsMax })
          .catch((cause: unknown) => {
            throw new Error(`on the way to ${String(target)}: ${trouble}`, { cause })
          })
      if (at === 'there') return type
      await this.page.keyboard.press(
        { beside: 'ArrowDown', before: 'Tab', behind: 'Shift+Tab' }[at] ?? assert.fail(at),
      )
    }
    throw new Error(`not reached by keys: ${String(target)}`)
  }

  /** Comes in by a link of the front desk. @returns the words that were to be written on paper. */
  async join(secret: string, options: { passkey?: boolean } = {}): Promise<string[]> {
    await this.open(`#/join/${secret}`)
    const words = await this.makeWays(options)
    const inside = this.page.getByRole('navigation', { name: 'Main' })
    await inside.or(this.page.getByRole('alert')).first().waitFor()
    if (!(await inside.isVisible())) throw new Error('the app refused')
    return words
  }

  /** Two ways in: a passkey or the password, and the paper. @returns the words of the paper. */
  async makeWays(options: { passkey?: boolean } = {}): Promise<string[]> {
    if (options.passkey) await this.tap(this.button(/Use my fingerprint/))
    else {
      await this.type(this.page.getByLabel('A password', { exact: true }), password)
      await this.type(this.page.getByLabel('The password again'), password)
      await this.tap(this.button('Continue'))
    }
    await this.heading('Write down your 24 words').waitFor()
    const words = await this.page.locator('ol.words > li').allInnerTexts()
    await this.tap(this.page.getByLabel('I have written down all 24 words'))
    await this.tap(this.button('Continue'))
    await this.answerPaper(words)
    await this.tap(this.button('Finish'))
    return words
  }

  /**
   * From the next load on this device's clock is ahead: the page's and the keeper's. Asked for before anything is loaded
   * by a service worker, which requests are not told of.
   */
  async advance(seconds: number): Promise<void> {
    const ahead = `if (!globalThis.isAhead) {
      globalThis.isAhead = true
      const now = Date.now
      Date.now = () => now() + ${seconds * 1000}
    };`
    const context = this.page.context()
    await context.addInitScript(ahead)
    await context.route(/\/assets\/keeper[\w.-]*\.js$/, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: ahead + (await response.text()) })
    })
  }

  async answerPaper(words: readonly string[]): Promise<void> {
    await this.page
      .getByLabel(/Word number/)
      .first()
      .waitFor()
    for (const field of await this.page.getByLabel(/Word number/).all()) {
      const label = await field.evaluate(
        (input) => (input as HTMLInputElement).labels?.[0]?.textContent ?? '',
      )
      await this.type(field, words[Number(/\d+/.exec(label)![0]) - 1]!)
    }
  }

  async unlock(): Promise<void> {
    await this.type(this.page.getByLabel('Password', { exact: true }), password)
    await this.tap(this.button('Open my records').first())
  }

  /** The next visit: what was open is forgotten, and the password opens it again. */
  async comeAgain(path = ''): Promise<void> {
    await this.open(path)
    await this.page.reload()
    await this.unlock()
  }

  /** On a device that knows nobody: the code and the 24 words of the paper. */
  async comeBack(account: string, words: readonly string[]): Promise<void> {
    await this.tap(this.button('I have been here before, on another device'))
    await this.type(this.page.getByLabel('Your code'), `hre:${account}`)
    await this.typePaper(words)
  }

  async typePaper(words: readonly string[]): Promise<void> {
    await this.type(this.page.getByLabel('The 24 words from your paper'), words.join(' '))
    await this.tap(this.button('Open my records'))
  }

  /** One of the rooms under "More". */
  async enter(room: string): Promise<void> {
    await this.tap(this.link('More'))
    await this.tap(this.link(room))
  }

  /** Says with whom to share; what and how long is on the page then. */
  async beginSharing(reader: RegExp): Promise<void> {
    await this.tap(this.link('Sharing').first())
    await this.tap(this.link('Share with somebody'))
    await this.tap(this.button(reader).first())
  }

  /** Account of whoever is signed in, from their own code. */
  async account(): Promise<`0x${string}`> {
    await this.tap(this.link('More'))
    await this.settle()
    const code = await this.page.getByText(/^hre:0x/).innerText()
    return code.slice(4) as `0x${string}`
  }

  /**
   * The page of this address is drawn: its heading is there, not that of the page before; its code and what it shows have
   * come; nothing is on its way to another place or colour.
   */
  async settle(): Promise<void> {
    await this.page.waitForFunction(isSettled).catch(async (error: unknown) => {
      const shown = await this.page.locator('main').innerText()
      throw new Error(`no heading of this page, or it is still coming: ${shown}`, { cause: error })
    })
  }

  /** Nothing for axe to find, nothing wider than the screen, room for a finger. */
  async assertAccessible(where: string): Promise<void> {
    const { page } = this
    await this.settle()
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
    const heading = await page.locator('main h1').first().elementHandle()
    const violations = await page.evaluate(findViolations)
    // What came by itself while axe looked is another page: half of each is none that anybody reads.
    const isSame =
      (await heading!.evaluate((element) => element.isConnected)) && (await page.evaluate(isSettled))
    if (violations.length > 0 && !isSame) return this.assertAccessible(where)
    assert.deepEqual(
      violations.map((violation) => `${where}: ${violation}`),
      [],
    )
    await this.assertFits(where)
    // All at one moment: a row that goes in between has no height.
    const heights = await page.evaluate(() =>
      [...document.querySelectorAll('button, a.row, summary')]
        .filter((target) => target.checkVisibility({ visibilityProperty: true }))
        .map((target) => target.getBoundingClientRect().height),
    )
    for (const height of heights) assert.ok(height >= 24, `${where}: a target of ${height} px`)
  }

  /**
   * What a screen reader is told, by Chromium's accessibility tree.
   *
   * @returns what is said from now on in the region that is there already, and all alerts.
   */
  async listen(): Promise<() => Promise<{ said: string[]; alerts: string[] }>> {
    const session = await this.page.context().newCDPSession(this.page)
    await session.send('Accessibility.enable')
    const { root } = await session.send('DOM.getDocument')
    const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector: '#said' })
    const { backendNodeId } = (await session.send('DOM.describeNode', { nodeId })).node
    return async () => {
      const { nodes } = await session.send('Accessibility.getFullAXTree')
      const byId = new Map(nodes.map((node) => [node.nodeId, node]))
      type Node = (typeof nodes)[number]
      const textsIn = ({ role, name, childIds = [] }: Node): string[] =>
        role?.value === 'StaticText'
          ? [String(name?.value)]
          : childIds.flatMap((id) => textsIn(byId.get(id) ?? assert.fail('a node without its parent')))
      // Another one in its place would be one that nobody listened to.
      const region = nodes.find(({ backendDOMNodeId }) => backendDOMNodeId === backendNodeId)
      assert.ok(region, 'the region that was listened to')
      assert.ok(region.properties?.some(({ name, value }) => name === 'live' && value.value === 'polite'))
      const alerts = nodes.filter(({ role }) => role?.value === 'alert')
      return { said: textsIn(region!), alerts: alerts.map((alert) => textsIn(alert).join(' ')) }
    }
  }

  /** Nothing scrolls sideways (WCAG 1.4.10). */
  async assertFits(where: string): Promise<void> {
    const width = await this.page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(width <= this.page.viewportSize()!.width, `${where}: ${width} px is wider than the screen`)
  }

  /** From the heading on by the Tab key: wherever it stops can be seen, and lies under no bar (WCAG 2.4.7, 2.4.11). */
  async assertStopsSeen(where: string): Promise<void> {
    await this.page.waitForFunction(() => document.activeElement?.matches('main h1'))
    for (let presses = 0; presses < keyPressesMax; presses++) {
      await this.page.keyboard.press('Tab')
      if (await this.page.evaluate(() => document.activeElement === document.body)) return
      await this.page
        .waitForFunction(isFocusSeen, undefined, { timeout: frameMsMax })
        .catch(async (cause) => {
          throw new Error(`${where}: ${await this.page.evaluate(troubleNow)}`, { cause })
        })
    }
    throw new Error(`${where}: the Tab key never comes to the end`)
  }

  /** Pictures to look at in HRE_SCREENSHOTS; those of the README also under docs/. */
  async shoot(name: string, options: { documented?: boolean; fullPage?: boolean } = {}): Promise<void> {
    if (!screenshots) return
    await this.settle()
    await mkdir(screenshots, { recursive: true })
    await this.page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: options.fullPage ?? true })
    if (!options.documented) return
    const folder = join(import.meta.dirname, '../../../docs/screenshots')
    await this.page.screenshot({ path: join(folder, `${name}.png`) })
  }

  assertQuiet(): void {
    assert.deepEqual(this.complaints, [])
  }

  close = () => this.page.context().close()
}

export const inviteToCity = async ({ world }: Stage): Promise<string> =>
  (await invitePatient(world.city.actor, 'hospital number 1')).secret

export const inviteDoctor = async (hospital: Hospital, name: string): Promise<`0x${string}`> =>
  (await inviteMember(hospital.actor, { role: 'doctor', name })).secret

/** A doctor whom people find by name, without a device. */
export async function newDoctor({ world }: Stage, hospital: Hospital, name: string): Promise<Actor> {
  const doctor = await world.newStranger(hospital)
  await acceptInvitation(doctor, await inviteDoctor(hospital, name))
  return doctor
}

/** Somebody who came in by the front desk of City Hospital, with a device, and the words that they wrote down. */
export interface Newcomer {
  visitor: Visitor
  account: `0x${string}`
  paper: string[]
}

export async function newcomer(stage: Stage, options: VisitorOptions = {}): Promise<Newcomer> {
  const visitor = await Visitor.at(stage, stage.world.city, options)
  const paper = await visitor.join(await inviteToCity(stage))
  return { visitor, account: await visitor.account(), paper }
}

/** The chart of Ana Sharma: generated, the same each time. */
export const anasChart = (): Resource[] =>
  generateChart('app', { name: 'Ana Sharma', sex: 'female', birthDate: '1958-04-12' }).resources

/** A technician of City Hospital files Ana's chart, or so many records from its beginning. */
export async function fileAnasChart(
  { world }: Stage,
  patient: `0x${string}`,
  records?: number,
): Promise<void> {
  const technician = await world.newMember(world.city, 'lab technician')
  await file(technician, patient, anasChart().slice(0, records))
}

export const pdf = Buffer.from(
  '%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n',
)

/** A laboratory's report as a PDF, and the orders that it answers. */
export const pdfReport = (title: string, ...orders: string[]) =>
  laboratoryReportOf({
    title,
    takenAt: '2026-03-03',
    issued: '2026-03-03T10:00:00Z',
    contentType: 'application/pdf',
    bytes: pdf,
    basedOn: orders.map(referenceToOrder),
  })

/** The laboratory's own hand: files FHIR resources for a patient. */
export async function file(
  author: Actor,
  patient: `0x${string}`,
  resources: readonly Resource[],
): Promise<void> {
  await fileRecords(author, { patient, records: recordsOfChart(resources) })
}

/** Runs in the page. What is as it should be is many times as long, and stays there. */
async function findViolations(): Promise<string[]> {
  const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** What `rememberHeading` gives to each page. */
interface Remembering {
  /** Whether this is still the heading of the page before, or the page has not yet heard of its new address. */
  isOfBefore(heading: Element | null): boolean
}

/** Runs in the page: when the address changes, the heading that is there belongs to the page before. */
function rememberHeading(): void {
  const pathNow = () => (location.hash.startsWith('#/') ? location.hash : '#/')
  let path = pathNow()
  let earlier: { heading: Element; text: string | null; path: string } | undefined
  const leave = () => {
    const before = path
    path = pathNow()
    const heading = document.querySelector('main h1')
    if (path === before || heading === earlier?.heading) return
    earlier = heading ? { heading, text: heading.textContent, path: before } : undefined
  }
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name]
    history[name] = function (...args) {
      change.apply(this, args)
      leave()
    }
  }
  for (const name of ['popstate', 'hashchange']) addEventListener(name, leave)
  const isOfBefore = (heading: Element | null) =>
    path !== pathNow() ||
    (heading !== null &&
      heading === earlier?.heading &&
      heading.textContent === earlier.text &&
      path !== earlier.path)
  Object.assign(globalThis, { isOfBefore })
}

/** Runs in the page: see `settle`. A button at work may wait for the person, and does not count. */
function isSettled(): boolean {
  const heading = document.querySelector('main h1')
  const { isOfBefore } = globalThis as unknown as Remembering
  // On paper there may be no heading.
  const isShown = heading?.checkVisibility() || (heading && matchMedia('print').matches)
  const isWaiting = [...document.querySelectorAll('main [role=progressbar], main .mantine-Loader-root')].some(
    (sign) => !sign.closest('button') && sign.checkVisibility(),
  )
  const isMoving = document
    .getAnimations()
    .some(
      ({ playState, effect }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity,
    )
  return Boolean(isShown) && !isOfBefore(heading) && !isWaiting && !isMoving
}
