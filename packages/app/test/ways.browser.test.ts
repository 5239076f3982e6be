import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { inviteToCity, manners, skip, startStage, type Stage, Visitor } from './stage.ts'

let stage: Stage
before(async () => {
  if (!skip) stage = await startStage()
})
after(() => stage?.stop())

for (const { size, manner, options } of manners)
  describe(`ways to get in, ${manner}`, { skip }, () => {
    let ana: Visitor
    let account: string
    let paper: string[]
    before(async () => {
      ana = await Visitor.at(stage, stage.world.city, options)
      await ana.givePasskeys()
      paper = await ana.join(await inviteToCity(stage), { passkey: true })
      account = await ana.account()
    })

    const openWays = async () => {
      await ana.enter('Ways to get back in')
      await ana.heading('Ways to get back in').waitFor()
    }

    /** On a device that knows nobody: the code, and a way that is not the paper. */
    async function comeBack(visitor: Visitor, way: string): Promise<void> {
      await visitor.tap(visitor.button('I have been here before, on another device'))
      await visitor.type(visitor.page.getByLabel('Your code'), `hre:${account}`)
      await visitor.tap(visitor.page.getByRole('radio', { name: way }))
    }

    async function tryPassword(visitor: Visitor, password: string): Promise<void> {
      await visitor.type(visitor.page.locator('input[type=password]'), password)
      await visitor.tap(visitor.button('Open my records'))
    }

    test('[K1] two ways there are from the first moment, and neither of them can be removed', async () => {
      await openWays()
      await ana.page.getByText('Fingerprint, face or device code').waitFor()
      await ana.page.getByText('The 24 words on your paper').waitFor()
      assert.equal(await ana.button('Remove').count(), 0)
      await ana.assertAccessible('ways')
      await ana.shoot(`app-ways-${size}`)
    })

    test('a password is added; with it, and not with another, a second device gets in', async () => {
      await ana.tap(ana.button('Choose a new password'))
      await ana.type(ana.page.getByLabel('A password', { exact: true }), 'too short')
      await ana.tap(ana.button('Continue'))
      await ana.page.getByText('This password has fewer than 12 characters.').waitFor()
      await ana.type(ana.page.getByLabel('A password', { exact: true }), 'mangoes in the rain of July')
      await ana.type(ana.page.getByLabel('The password again'), 'mangoes in the rain of July')
      await ana.assertAccessible('a new password')
      await ana.tap(ana.button('Continue'))
      await ana.page.getByText('Done. It counts from now on.').waitFor()
      const second = await Visitor.at(stage, stage.world.city, options)
      await second.open()
      await comeBack(second, 'Password')
      await tryPassword(second, 'mangoes in the rain of June')
      await second.page.getByText('That did not open it').waitFor()
      await second.assertAccessible('a wrong password on another device')
      await tryPassword(second, 'mangoes in the rain of July')
      await second.heading('Your records').waitFor()
      await second.close()
    })

    test('a new paper opens another device; the old one, which somebody may have found, no more', async () => {
      await openWays()
      await ana.tap(ana.button('Write a new paper'))
      await ana.page.locator('ol.words > li').first().waitFor()
      const words = await ana.page.locator('ol.words > li').allInnerTexts()
      assert.notDeepEqual(words, paper)
      await ana.assertAccessible('a new paper')
      await ana.tap(ana.page.getByLabel('I have written down all 24 words'))
      await ana.tap(ana.button('Continue'))
      await ana.answerPaper(words)
      await ana.tap(ana.button('Finish'))
      await ana.page.getByText('Done. It counts from now on.').waitFor()
      const finder = await Visitor.at(stage, stage.world.city, options)
      await finder.open()
      await finder.comeBack(account, paper)
      await finder.page.getByText('That did not open it').waitFor()
      await finder.typePaper(words.map((word) => word.toUpperCase()))
      await finder.heading('Your records').waitFor()
      await finder.close()
    })

    test('a passkey that the person carries along opens a device that knows nobody', async () => {
      await ana.tap(ana.link('More'))
      await ana.tap(ana.button('Remove me from this device'))
      await ana.tap(ana.button('Yes, remove me'))
      await ana.heading('Your health records, on your own device').waitFor()
      await comeBack(ana, 'Fingerprint, face or device code')
      await ana.assertAccessible('coming back')
      await ana.shoot(`app-return-${size}`)
      await ana.tap(ana.button('Open my records'))
      await ana.heading('Your records').waitFor()
      await ana.tap(ana.button('Sign out'))
      await ana.tap(ana.button(/Use my fingerprint/))
      await ana.heading('Your records').waitFor()
      ana.assertQuiet()
    })

    test('the way that was on a lost key is removed, and opens nothing any more', async () => {
      await openWays()
      await ana.tap(ana.button('Remove').last())
      await ana.assertAccessible('removing a way')
      await ana.tap(ana.button('Yes, remove it'))
      await ana.page.getByText('Done. It counts from now on.').waitFor()
      assert.equal(await ana.page.getByText('Password', { exact: true }).count(), 0)
      const second = await Visitor.at(stage, stage.world.city, options)
      await second.open()
      await comeBack(second, 'Password')
      await tryPassword(second, 'mangoes in the rain of July')
      await second.page.getByText('That did not open it').waitFor()
      await second.close()
    })
  })
