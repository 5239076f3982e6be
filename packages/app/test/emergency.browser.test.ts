import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setAttributesCall } from '@hre/protocol'
import {
  collectReleases,
  declareEmergency,
  findByCard,
  openRecords,
  requestAccess,
  submit,
  type Actor,
} from '@hre/sdk'
import { inSeconds, refusal } from '../../exchange/test/world.ts'
import {
  fileAnasChart,
  manners,
  newcomer,
  newDoctor,
  skip,
  startStage,
  type Stage,
  type Visitor,
} from './stage.ts'

let stage: Stage
before(async () => {
  if (!skip) stage = await startStage()
})
after(() => stage?.stop())

for (const { size, manner, options } of manners)
  describe(`an emergency, ${manner}`, { skip }, () => {
    let ana: Visitor
    let doctor: Actor
    let account: `0x${string}`
    let cardText: string
    before(async () => {
      const { lakeside } = stage.world
      doctor = await newDoctor(stage, lakeside, 'Dr Kwame Osei')
      await submit(lakeside.actor, [
        setAttributesCall(stage.world.deployment, doctor.account, {
          specialty: 0n,
          licensedUntil: inSeconds(365 * 24 * 60 * 60),
        }),
      ])
      ;({ visitor: ana, account } = await newcomer(stage, options))
      await fileAnasChart(stage, account, 40)
    })

    const readInEmergency = async () => {
      const { keys } = await collectReleases(doctor, account)
      const access = await requestAccess(doctor, { patient: account, purpose: 'ETREAT' })
      let opened = 0
      for await (const _ of openRecords(doctor, access, { emergency: keys })) opened++
      return opened
    }

    test('[B1] chooses what doctors may open, and which hospitals keep the key between them', async () => {
      const { page } = ana
      await ana.enter('In an emergency')
      await page.getByText('You have chosen nothing yet.', { exact: false }).waitFor()
      assert.ok(await ana.button('Make my card').isDisabled())
      await ana.assertAccessible('nothing chosen')
      await ana.tap(ana.button('Choose what doctors may open'))
      await ana.tap(page.getByLabel('City Hospital'))
      assert.ok(await ana.button('Yes, allow this').isDisabled())
      await ana.tap(page.getByLabel('City Hospital'))
      await page
        .getByText(
          /In an emergency 2 of (City Hospital and Lakeside Clinic|Lakeside Clinic and City Hospital) together may open illnesses, medicines and allergies and measurements for a doctor or nurse\./,
        )
        .waitFor()
      await ana.assertAccessible('choosing')
      await ana.shoot(`app-emergency-choose-${size}`)
      await ana.tap(ana.button('Yes, allow this'))
      await page.getByText('Done. Now make your card, so that you are found.').waitFor()
    })

    test('[S11] makes a card: it prints alone, names nobody, and finds its owner', async () => {
      const { page } = ana
      await ana.tap(ana.button('Make my card'))
      const printed = page.locator('.card')
      await printed.waitFor()
      await ana.assertAccessible('the card')
      await ana.shoot(`app-emergency-card-${size}`, { documented: size === 'phone', fullPage: true })
      cardText = await printed.locator('.note').innerText()
      assert.doesNotMatch(await printed.innerText(), /Ana|Sharma|0x[0-9a-f]{8}/i)
      assert.equal(await findByCard(doctor, cardText), account)
      await page.emulateMedia({ media: 'print' })
      await ana.shoot(`app-card-printed-${size}`)
      assert.ok(await printed.isVisible())
      for (const hidden of [page.locator('.bar'), page.locator('.tabs'), ana.button('Print it')])
        assert.ok(!(await hidden.isVisible()))
      await page.emulateMedia({ media: 'screen' })
      // Still there after the next sign in.
      await page.reload()
      await ana.unlock()
      assert.equal(await page.locator('.card .note').innerText(), cardText)
    })

    test('[B8] a doctor breaks the glass; the patient sees who, why and when, and disagrees', async () => {
      const { page } = ana
      await declareEmergency(doctor, {
        patient: account,
        reason: 'unresponsive',
        words: 'Found on the road. <img src=x onerror=alert(1)>',
        durationSeconds: 300,
      })
      assert.ok((await readInEmergency()) > 0)
      await ana.tap(ana.link('Who looked'))
      await page.getByText('Your records were opened in an emergency').waitFor()
      const section = page.getByRole('region', { name: 'Your records were opened in an emergency' })
      const said = await section.innerText()
      assert.match(said, /Dr Kwame Osei, Lakeside Clinic/)
      assert.match(said, /could not be asked/)
      assert.match(said, /Found on the road\. <img src=x onerror=alert\(1\)>/)
      assert.equal(await page.locator('main img').count(), 0)
      const looked = page
        .getByRole('listitem')
        .filter({ hasText: 'Dr Kwame Osei' })
        .filter({ hasText: 'looked at' })
      await looked.first().getByText('Emergency', { exact: true }).waitFor()
      await ana.assertAccessible('an emergency in the log')
      await ana.shoot(`app-visits-emergency-${size}`, { documented: size === 'phone' })
      await ana.tap(section.getByRole('button', { name: 'I do not agree' }))
      await ana.type(page.getByLabel('What was wrong?'), 'I was awake and could have been asked.')
      await ana.assertAccessible('disagreeing')
      await ana.tap(section.getByRole('button', { name: 'Send it' }))
      await page.getByText('You have said that you do not agree.').waitFor()
      ana.assertQuiet()
    })

    test('ends the card, and what doctors may open: then neither finds nor opens anything', async () => {
      const { page } = ana
      await ana.enter('In an emergency')
      await ana.tap(ana.button('End this card'))
      await ana.assertAccessible('ending the card')
      await ana.tap(ana.button('Yes, end it'))
      await page.getByText('The card finds nobody any more. Throw it away.').waitFor()
      await assert.rejects(findByCard(doctor, cardText), refusal('not-found'))
      await ana.tap(ana.button('Nothing any more'))
      await ana.tap(ana.button('Yes, nothing any more'))
      await page.getByText('Done. In an emergency nobody can open your records now.').waitFor()
      await assert.rejects(readInEmergency())
      ana.assertQuiet()
    })
  })
