import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Observation, Resource } from '@hre/fhir'
import type { Actor } from '@hre/sdk'
import {
  anasChart,
  desktop,
  file,
  inviteToCity,
  manners,
  newcomer,
  skip,
  startStage,
  type Stage,
  Visitor,
} from './stage.ts'

describe('a patient with the app', { skip }, () => {
  let stage: Stage
  let technician: Actor
  before(async () => {
    stage = await startStage()
    technician = await stage.world.newMember(stage.world.city, 'lab technician')
  })
  after(() => stage.stop())

  const newcomerWith = async (resources: readonly Resource[], options?: Parameters<typeof newcomer>[1]) => {
    const { visitor, account } = await newcomer(stage, options)
    await file(technician, account, resources)
    await visitor.comeAgain()
    return visitor
  }

  for (const { size, manner, options } of manners)
    test(`comes in by a link with a passkey and a paper, sees the chart, and checks a record, ${manner}`, async () => {
      const visitor = await Visitor.at(stage, stage.world.city, options)
      const { page } = visitor
      await visitor.givePasskeys()
      const secret = await inviteToCity(stage)
      await visitor.open(`#/join/${secret}`)
      await visitor.heading('How do you want to open this app?').waitFor()
      await visitor.assertAccessible('the way in')
      await visitor.shoot(`app-join-${size}`)
      const words = await visitor.join(secret, { passkey: true })
      assert.equal(words.length, 24)
      assert.ok(!page.url().includes(secret), 'the secret has left the address')
      await file(technician, await visitor.account(), anasChart())

      await visitor.tap(visitor.button('Sign out'))
      await visitor.tap(visitor.button(/Use my fingerprint/))
      await visitor.tap(visitor.link('Records'))
      await visitor.heading('Records of Ana Sharma').waitFor()
      await visitor.assertAccessible('by day')
      await visitor.shoot(`app-home-${size}`, { documented: size === 'phone', fullPage: false })
      await visitor.choose('By topic')
      const measurements = page
        .getByRole('region')
        .or(page.locator('section'))
        .filter({ hasText: 'Measurements' })
      await measurements.getByText('Blood pressure').first().waitFor()
      await visitor.assertAccessible('by topic')
      await visitor.shoot(`app-topics-${size}`)
      await visitor.tap(page.getByRole('link', { name: /Blood pressure/ }).first())
      await page.getByRole('img', { name: /Blood pressure: \d+ values over time/ }).waitFor()
      await visitor.tap(visitor.button('Check that nobody changed it'))
      await page.getByText(/Unchanged since \d+ \w+ \d{4}\./).waitFor()
      await page
        .getByText('Recorded by City Hospital, signed by a laboratory technician, City Hospital.')
        .waitFor()
      await page.getByText(/with the registers of City Hospital and Lakeside Clinic/).waitFor()
      assert.doesNotMatch(await page.locator('main').innerText(), /0x[0-9a-f]{8,}/)
      await visitor.tap(page.getByText('Show the proof'))
      assert.match(await page.locator('dl.proof').innerText(), /Merkle root of its batch\s*0x[0-9a-f]{64}/)
      await visitor.assertAccessible('the record')
      await visitor.shoot(`app-record-${size}`, { documented: size === 'phone', fullPage: false })
      visitor.assertQuiet()
      await visitor.close()
    })

  test('attack: somebody else uses the same link again', async () => {
    const secret = await inviteToCity(stage)
    const first = await Visitor.at(stage, stage.world.city)
    await first.join(secret)
    await first.close()
    const second = await Visitor.at(stage, stage.world.city, { viewport: desktop })
    await assert.rejects(second.join(secret))
    const alert = await second.page.getByRole('alert').innerText()
    assert.match(alert, /This link no longer works/)
    assert.match(alert, /Ask at the front desk for a new one/)
    await second.close()
  })

  test('attack: record names, notes and narratives with markup stay text', async () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>'
    const observation: Observation = {
      resourceType: 'Observation',
      status: 'final',
      category: [{ coding: [{ code: 'laboratory' }] }],
      code: { text: hostile },
      effectiveDateTime: '2026-03-03',
      valueString: '"><svg onload=alert(3)>',
      note: [{ text: '<a href="javascript:alert(4)">look</a>' }],
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${hostile}</div>` },
    }
    const visitor = await newcomerWith([observation], { viewport: desktop })
    const { page } = visitor
    await page.getByText(hostile).click()
    await visitor.heading(hostile).waitFor()
    await page.getByText('<a href="javascript:alert(4)">look</a>').waitFor()
    assert.equal(await page.locator('main img, main script, a[href^=javascript]').count(), 0)
    visitor.assertQuiet()
    await visitor.close()
  })

  test('with a wrong password, then without the gateway: what happened, what was saved, what next', async () => {
    const visitor = await newcomerWith(anasChart().slice(0, 30))
    const { page } = visitor
    await visitor.heading('Records of Ana Sharma').waitFor()
    await visitor.button('Sign out').click()
    await page.getByLabel('Password', { exact: true }).fill('not the password')
    await visitor.button('Open my records').click()
    assert.match(
      await page.getByRole('alert').innerText(),
      /That did not open it[\s\S]*Nothing was changed[\s\S]*Check the spelling/,
    )
    await visitor.assertAccessible('a wrong password')
    await visitor.close()
  })
})
