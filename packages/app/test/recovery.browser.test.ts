import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { approveAsGuardian, type Actor } from '@hre/sdk'
import { advance } from '../../exchange/test/world.ts'
import {
  desktop,
  fileAnasChart,
  manners,
  newcomer,
  newDoctor,
  phone,
  skip,
  startStage,
  type Stage,
  Visitor,
} from './stage.ts'

const waitSeconds = 3 * 24 * 60 * 60

for (const { size, manner, options } of manners)
  describe(`guardians and getting back in, ${manner}`, { skip }, () => {
    let stage: Stage
    let ana: Visitor
    let son: Visitor
    let nurse: Actor
    let aheadSeconds = 0
    let account: `0x${string}`
    before(async () => {
      stage = await startStage()
      nurse = await newDoctor(stage, stage.world.lakeside, 'Priya Nair')
      ;({ visitor: ana, account } = await newcomer(stage, options))
      await fileAnasChart(stage, account, 30)
      ;({ visitor: son } = await newcomer(stage, { viewport: size === 'phone' ? desktop : phone }))
    })
    after(async () => {
      await stage.stop()
      // The other size begins now.
      advance(-aheadSeconds)
    })

    /** A device that has nothing, waiting for guardians. @returns the eight words. */
    async function newPhone(): Promise<{ visitor: Visitor; words: string }> {
      const visitor = await Visitor.at(stage, stage.world.city, { ...options, serviceWorkers: 'block' })
      const { page } = visitor
      await visitor.open()
      await visitor.tap(visitor.button('I have been here before, on another device'))
      await visitor.tap(visitor.button('I have nothing left: my guardians help me'))
      await visitor.type(page.getByLabel('Your code'), 'not a code')
      await visitor.tap(visitor.button('Start'))
      await page.getByText(/This is not a code/).waitFor()
      await visitor.type(page.getByLabel('Your code'), `hre:${account}`)
      await visitor.assertAccessible('the code')
      await visitor.tap(visitor.button('Start'))
      await visitor.makeWays()
      await visitor.heading('Call your guardians').waitFor()
      const words = (await page.locator('ol.words > li').allInnerTexts()).join(' ')
      assert.equal(words.split(' ').length, 8)
      return { visitor, words }
    }

    async function help(words: string): Promise<void> {
      await son.enter('Help somebody as their guardian')
      await son.type(son.page.getByLabel('The eight words'), words)
      await son.assertAccessible('helping')
      await son.shoot(`app-help-${size}`)
      await son.tap(son.button('I know this person: help them'))
      await son.page.getByText(/^You have helped/).waitFor()
    }

    test('[K7] names guardians: one found by name, one by code; not oneself, and not one alone', async () => {
      const code = `hre:${await son.account()}`
      await ana.enter('Your guardians')
      await ana.page.getByText('You have no guardians yet.').waitFor()
      await ana.assertAccessible('no guardians')
      await ana.tap(ana.button('Choose guardians'))
      await ana.type(ana.page.getByLabel('Their code, or a link with it'), `hre:${account}`)
      await ana.tap(ana.button('Use this code'))
      await ana.page.getByText('That is your own code. Ask the other person for theirs.').waitFor()
      await ana.type(ana.page.getByLabel('Name of a doctor or hospital'), 'priya')
      await ana.tap(ana.button(/Priya Nair/))
      assert.equal(await ana.button('Yes, make them my guardians').count(), 0)
      await ana.type(ana.page.getByLabel('Their code, or a link with it'), `hre:0x${'ab'.repeat(20)}`)
      await ana.tap(ana.button('Use this code'))
      await ana.type(ana.page.getByLabel('What do you call this person?'), 'Nobody')
      await ana.tap(ana.button('Add this person'))
      await ana.page.getByText(/Nobody uses the app with this code/).waitFor()
      await ana.tap(ana.button('Back'))
      await ana.type(ana.page.getByLabel('Their code, or a link with it'), code)
      await ana.tap(ana.button('Use this code'))
      await ana.type(ana.page.getByLabel('What do you call this person?'), 'My son Ravi')
      await ana.assertAccessible('naming a guardian')
      await ana.tap(ana.button('Add this person'))
      await ana.page
        .getByText(
          'If you lose everything, 2 of Priya Nair, Lakeside Clinic and My son Ravi together can give you your records back.',
        )
        .waitFor()
      await ana.assertAccessible('choosing guardians')
      await ana.shoot(`app-guardians-choose-${size}`)
      await ana.tap(ana.button('Yes, make them my guardians'))
      await ana.page.getByText(/^Done\. Tell them/).waitFor()
      await ana.page.getByText('2 of these 2 people together can help you:').waitFor()
      await ana.assertAccessible('guardians')
      await ana.shoot(`app-guardians-${size}`, { documented: size === 'phone' })
      ana.assertQuiet()
    })

    test('says where records may be kept, before everything is lost', async () => {
      await ana.enter('Where your records are kept')
      await ana.tap(ana.page.getByLabel('Only in an emergency'))
      await ana.tap(ana.button('Save'))
      await ana.page.getByText('Saved. Every hospital knows.').waitFor()
      ana.assertQuiet()
    })

    test('[D17] somebody asks the guardians; the owner is told and stops it', async () => {
      const { visitor: thief, words } = await newPhone()
      await thief.assertAccessible('eight words')
      await thief.shoot(`app-recovering-${size}`)
      await help(words)
      await thief.tap(thief.button('Look again'))
      await thief.page.getByText('1 of 2 have helped.').waitFor()
      await approveAsGuardian(nurse, words)
      await thief.tap(thief.button('Look again'))
      await thief.page.getByText(/a wait of three days/).waitFor()
      await ana.tap(ana.link('Records'))
      await ana.page.getByText('Somebody is trying to get into your account').waitFor()
      await ana.assertAccessible('somebody asks')
      await ana.shoot(`app-recovery-notice-${size}`)
      await ana.tap(ana.button('It was not me: stop it'))
      await ana.page.getByText(/^Stopped\./).waitFor()
      await thief.tap(thief.button('Look again'))
      await thief.page.getByText(/^This was stopped/).waitFor()
      await thief.tap(thief.button('Start again'))
      await thief.heading('Your health records, on your own device').waitFor()
      await thief.close()
      ana.assertQuiet()
    })

    test('[K8] everything lost: two guardians, three days, and a new device opens the records', async () => {
      const { visitor, words } = await newPhone()
      const { page } = visitor
      await help(words)
      await approveAsGuardian(nurse, words)
      await visitor.tap(visitor.button('Look again'))
      await page.getByText(/a wait of three days/).waitFor()
      assert.equal(await page.getByLabel('Password', { exact: true }).count(), 0)
      advance((aheadSeconds = waitSeconds + 60))
      await visitor.advance(aheadSeconds)
      await page.reload()
      await visitor.heading('You can get in now').waitFor()
      await visitor.assertAccessible('ready')
      await visitor.unlock()
      await page.getByText(/You have new keys since you chose them/).waitFor()
      await visitor.assertAccessible('back again')
      await visitor.shoot(`app-recovered-${size}`)
      await visitor.tap(visitor.link('Records'))
      await visitor.heading('Records of Ana Sharma').waitFor()
      // [P4] New keys: what the old ones said of countries is said again, in one press.
      await page.getByText('Say again where your records may be kept').waitFor()
      await page
        .getByText('may be kept in India. In another country they are opened in an emergency')
        .waitFor()
      await visitor.assertAccessible('to be said again')
      await visitor.shoot(`app-say-again-${size}`, { fullPage: false })
      await visitor.tap(visitor.button('Say it again'))
      await page.getByText(/^Saved\./).waitFor()
      await visitor.enter('Ways to get back in')
      await page.getByText('The 24 words on your paper').waitFor()
      assert.equal(await page.getByText('Your guardians together').count(), 0)
      visitor.assertQuiet()
      await visitor.close()
    })
  })
