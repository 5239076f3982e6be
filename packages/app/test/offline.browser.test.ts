import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileAnasChart, inviteToCity, skip, startStage, type Stage, Visitor } from './stage.ts'

describe('without a connection', { skip }, () => {
  let stage: Stage
  let ana: Visitor
  before(async () => {
    stage = await startStage()
    ana = await Visitor.at(stage, stage.world.city)
    await ana.givePasskeys()
    await ana.join(await inviteToCity(stage), { passkey: true })
    await fileAnasChart(stage, await ana.account(), 30)
    // Opened twice, as on any two days: the files of what was used are on the device then.
    for (let visit = 0; visit < 2; visit++) {
      await comeIn()
      await ana.page.locator('main a.row').first().click()
      await ana.settle()
    }
    await ana.beginSharing(/Lakeside Clinic/)
    await ana.button('Yes, share this').waitFor()
  })
  after(() => stage.stop())

  async function comeIn(): Promise<void> {
    await ana.open()
    await ana.page.reload()
    await ana.tap(ana.button(/Use my fingerprint/))
    await ana.heading('Records of Ana Sharma').waitFor()
    await ana.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}))
  }

  test('what was begun before it went: nothing was saved, and what to do next', async () => {
    // For the page and, where the browser does not tell its workers, for them as well.
    await ana.page.context().setOffline(true)
    await stage.world.city.gateway.stop()
    await ana.tap(ana.button('Yes, share this'))
    const alert = ana.page.getByRole('alert').last()
    await alert.getByText('The hospital’s server does not answer').waitFor()
    await alert.getByText(/Nothing was shared/).waitFor()
    await alert.getByText('Check that this device is online, and try again.', { exact: false }).waitFor()
    await ana.assertAccessible('sharing without a connection')
  })

  test('after a reload: what was opened before is there, and it says from when', async () => {
    await comeIn()
    await ana.page.getByText(/There is no connection\. You see what was opened on this device on/).waitFor()
    await ana.page.locator('main a.row').first().click()
    await ana.settle()
    await ana.assertAccessible('a record without a connection')
    await ana.tap(ana.link('Records'))
    await ana.assertAccessible('without a connection')
    await ana.shoot('app-offline-phone', { fullPage: false })
  })

  test('a browser that says it is online does not make the old chart look new', async () => {
    await ana.page.context().setOffline(false)
    assert.equal(await ana.page.evaluate(() => navigator.onLine), true)
    await comeIn()
    await ana.page.getByText(/There is no connection\./).waitFor()
  })

  test('what needs the hospital says so, and changes nothing', async () => {
    // The code of two of them was never needed before, and does not come now.
    for (const path of ['shares', 'visits', 'ways']) {
      await ana.open('#/')
      await ana.heading('Records of Ana Sharma').waitFor()
      await ana.open(`#/${path}`)
      await ana.page.getByText('The hospital’s server does not answer').first().waitFor()
      assert.ok(await ana.button('Sign out').isVisible(), 'nobody is signed out by it')
    }
  })
})
