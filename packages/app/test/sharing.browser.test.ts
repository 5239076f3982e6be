import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { purposes } from '@hre/protocol'
import type { Actor } from '@hre/sdk'
import type { Page } from 'playwright-core'
import {
  desktop,
  fileAnasChart,
  inviteDoctor,
  newcomer,
  newDoctor,
  skip,
  startStage,
  type Stage,
  Visitor,
} from './stage.ts'

/** A keyboard alone; the patient's window is as narrow as a phone, as one is that is enlarged. */
const hasKeysOnly = true

describe('a patient and a doctor of another hospital, each on a device of their own', { skip }, () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  test('by keys alone: asks, shares, reads, is seen, is ended', async () => {
    const { lakeside } = stage.world
    const doctor = await Visitor.at(stage, lakeside, { viewport: desktop, hasKeysOnly })
    await doctor.join(await inviteDoctor(lakeside, 'Dr Kwame Osei'))
    await doctor.heading('Patients').waitFor()
    const { visitor: patient, account } = await newcomer(stage, { hasKeysOnly })
    await fileAnasChart(stage, account, 60)
    // Begins to be told of what is new, and looks at what there is before anything happens.
    await patient.tap(patient.link('Records'))
    await patient.heading('Records of Ana Sharma').waitFor()
    await patient.tap(patient.link('Sharing'))
    await patient.page.getByText('You share with nobody.', { exact: false }).waitFor()

    // The doctor asks, by the code that the patient shows.
    await doctor.type(doctor.page.getByLabel('The patient’s code or link'), `hre:${account}`)
    await doctor.tap(doctor.button('Continue'))
    await doctor.page
      .getByText(/You ask to see Illnesses, medicines and allergies, Laboratory results and Measurements/)
      .waitFor()
    await doctor.assertAccessible('asking')
    await doctor.tap(doctor.button('Send'))
    await doctor.page.getByText(/^Sent\./).waitFor()
    await doctor.tap(doctor.link('Patients').first())
    await doctor.page.getByText('asked, no answer yet').waitFor()

    // It shows by itself who asks; the patient shares.
    await patient.page.getByText(/Dr Kwame Osei, Lakeside Clinic asks to see/).waitFor()
    await patient.assertAccessible('sharing')
    await patient.tap(patient.link('Look at it and decide'))
    const sentence = patient.page.getByRole('status').filter({ hasText: 'may see' })
    assert.match(
      await sentence.innerText(),
      /^Dr Kwame Osei, Lakeside Clinic may see illnesses, medicines and allergies, laboratory results and measurements until \d+ \w+ \d{4}, to treat you\. Earlier records are included\./,
    )
    await patient.assertAccessible('deciding')
    await patient.shoot('app-share-phone', { documented: true })
    await patient.tap(patient.button('Yes, share this'))
    await patient.page.getByText('Done. Dr Kwame Osei, Lakeside Clinic can see this now.').waitFor()
    await patient.tap(patient.link('Who looked'))
    await patient.page.getByText('Nobody but you has looked.').waitFor()

    // It arrives by itself.
    await doctor.tap(doctor.page.getByText(/open until/))
    await doctor.heading('Chart of Ana Sharma').or(doctor.page.getByRole('alert')).first().waitFor()
    assert.match(await doctor.page.locator('main').innerText(), /Chart of Ana Sharma/)
    await doctor.page.getByRole('region', { name: 'Problems' }).waitFor()
    await doctor.assertAccessible('the chart')
    await doctor.shoot('app-chart-desktop', { documented: true, fullPage: false })

    // Who looked shows by itself. Ended: the doctor reads no more.
    await patient.page
      .getByText(/looked at \d+ records/)
      .first()
      .waitFor()
    assert.match(
      await patient.page.locator('main').innerText(),
      /Dr Kwame Osei, Lakeside Clinic looked at \d+ records/,
    )
    await patient.assertAccessible('who looked')
    await patient.shoot('app-visits-phone')
    await patient.tap(patient.link('Sharing'))
    await patient.tap(patient.button('End it'))
    await patient.assertAccessible('ending')
    await patient.tap(patient.button('Yes, end it now'))
    await patient.page
      .getByText('You share with nobody.')
      .or(patient.page.getByText(/^Ended\./))
      .first()
      .waitFor()
    await doctor.page.reload()
    await doctor.unlock()
    await doctor.page.getByText('This chart is not open to you').waitFor()
    await patient.tap(patient.link('Who looked'))
    await patient.page.getByText('wanted to look and was refused').first().waitFor()
    patient.assertQuiet()
    // A refusal answers 404, which the browser reports.
    assert.deepEqual(
      doctor.complaints.filter((complaint) => !/status of 404/.test(complaint)),
      [],
    )
    await doctor.close()
    await patient.close()
  })

  test('a doctor of the patient’s own hospital writes a note, and the patient, with keys alone, reads it', async () => {
    const { city } = stage.world
    const doctor = await Visitor.at(stage, city, { viewport: desktop })
    await doctor.join(await inviteDoctor(city, 'Dr Kavita Mehta'))
    const code = await doctor.account()
    const { visitor: patient, account } = await newcomer(stage, { hasKeysOnly })
    await fileAnasChart(stage, account, 1)

    // By the doctor's code, for everything that a note needs.
    await patient.tap(patient.link('Sharing'))
    await patient.tap(patient.link('Share with somebody'))
    await patient.type(patient.page.getByLabel('Name of a doctor or hospital'), 'Nobody of that name')
    await patient.page.getByText(/^Nobody is called that/).waitFor()
    await patient.type(patient.page.getByLabel('Name of a doctor or hospital'), 'mehta city')
    await patient.button(/Dr Kavita Mehta/).waitFor()
    await patient.type(patient.page.getByLabel(/A code or link/), 'not a code')
    await patient.tap(patient.button('Use this code'))
    await patient.page.getByText(/This is not the code of a doctor/).waitFor()
    await patient.type(patient.page.getByLabel(/A code or link/), `hre:${code}`)
    await patient.tap(patient.button('Use this code'))
    await patient.tap(patient.page.getByLabel('Letters and notes'))
    await patient.tap(patient.button('Yes, share this'))
    await patient.page.getByText(/^Done\./).waitFor()

    await doctor.tap(doctor.link('Patients'))
    await doctor.tap(doctor.page.getByText(/open until/))
    await doctor.tap(doctor.link('Write a note'))
    await doctor.tap(doctor.button('Sign and file'))
    await doctor.page.getByText('Write something first.').waitFor()
    await doctor.type(
      doctor.page.getByLabel('Note', { exact: true }),
      '<b>Doing well.</b> Review in six months.',
    )
    await doctor.assertAccessible('a note')
    // A press as long as a person's: the draft is kept while the button is down.
    await doctor.button('Sign and file').click({ delay: 500 })
    await doctor.page.getByText('Signed and filed.').waitFor()

    await patient.tap(patient.link('Records'))
    await patient.tap(patient.page.getByText('Progress note'))
    await patient.page.getByText('<b>Doing well.</b> Review in six months.').waitFor()
    await patient.tap(patient.button('Check that nobody changed it'))
    await patient.page.getByText(/signed by Dr Kavita Mehta, City Hospital/).waitFor()
    patient.assertQuiet()
    doctor.assertQuiet()
    await patient.close()
    await doctor.close()
  })

  test('who asks before the app listens, or while it does something else, shows by itself all the same', async () => {
    const { lakeside } = stage.world
    const { visitor: patient, account } = await newcomer(stage)
    const { page } = patient
    const first = await newDoctor(stage, lakeside, 'Dr First')
    const second = await newDoctor(stage, lakeside, 'Dr Second')
    const ask = ({ session }: Actor) =>
      session.call('askForAccess', {
        body: { patient: account, topics: ['summary'], days: 30, purpose: purposes.TREAT },
      })
    await patient.beginSharing(/Lakeside Clinic/)
    await patient.tap(patient.button('Yes, share this'))
    await page.getByText(/^Done\./).waitFor()

    await page.addInitScript(countNews)
    const listening = await hold(page, /\/v1\/notifications(\?|$)/)
    await patient.comeAgain()
    await listening.arrived
    await patient.tap(patient.link('Sharing'))
    await patient.button('End it').waitFor()
    await ask(first)
    listening.release()
    await page.getByText(/^Dr First, Lakeside Clinic asks to see/).waitFor()

    const ending = await hold(page, /\/v1\/operations$/)
    await patient.tap(patient.button('End it'))
    await patient.tap(patient.button('Yes, end it now'))
    await ending.arrived
    const toldBefore = await page.evaluate(newsCounted)
    await ask(second)
    await page.waitForFunction((before) => (globalThis as unknown as Counting).news > before, toldBefore)
    ending.release()
    await page.getByText(/^Dr Second, Lakeside Clinic asks to see/).waitFor()
    patient.assertQuiet()
    await patient.close()
  })
})

interface Counting {
  /** How often the keeper has told the page that there is something new. */
  news: number
}

/** Runs in the page before its own scripts. */
function countNews(): void {
  const counting = Object.assign(globalThis as unknown as Counting, { news: 0 })
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args)
      this.addEventListener('message', ({ data }: MessageEvent<{ news?: true }>) => {
        if (data.news) counting.news++
      })
    }
  }
}

/** Runs in the page. */
const newsCounted = (): number => (globalThis as unknown as Counting).news

/** What is asked for there waits: the connection is slow. */
async function hold(page: Page, address: RegExp): Promise<{ arrived: Promise<void>; release(): void }> {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  await page.context().route(address, async (route) => {
    arrived.resolve()
    await released.promise
    await route.continue()
  })
  return { arrived: arrived.promise, release: released.resolve }
}
