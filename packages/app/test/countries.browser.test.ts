import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import { eq } from 'drizzle-orm'
import type { Hospital } from '../../exchange/test/world.ts'
import { manners, newcomer, skip, startStage, type Stage, type Visitor } from './stage.ts'

for (const { size, manner, options } of manners)
  describe(`where records are kept, ${manner}`, { skip }, () => {
    let stage: Stage
    let berlin: Hospital
    let ana: Visitor
    let account: `0x${string}`
    before(async () => {
      stage = await startStage()
      berlin = await stage.world.newHospital('berlin', {
        country: 'DE',
        settings: { anonymousPerMinute: 100_000 },
      })
      ;({ visitor: ana, account } = await newcomer(stage, options))
      await ana.tap(ana.link('Where your records are kept'))
    })
    after(() => stage.stop())

    /** What a hospital's gateway goes by. */
    const knownAt = async ({ gateway }: Hospital) => {
      const { db } = gateway.gateway
      const { patientCountries: t } = tables
      const [row] = await db.select().from(t).where(eq(t.patient, account))
      return row && [row.countries.toSorted(), row.readingAbroad]
    }

    test('says what counts until something was said, and back what is chosen', async () => {
      await ana.page.getByText('You have not said anything yet.').waitFor()
      assert.ok(await ana.page.getByLabel('India').isChecked())
      assert.ok(!(await ana.page.getByLabel('Germany').isChecked()))
      await ana.page.getByText('Copies of your sealed records may be kept in India.').waitFor()
      assert.equal(await knownAt(stage.world.city), undefined)
      await ana.assertAccessible('countries')
    })

    test('[P3] what is chosen is known at every hospital, and after the next login', async () => {
      const { city, lakeside } = stage.world
      await ana.tap(ana.page.getByLabel('Germany'))
      await ana.tap(ana.page.getByLabel('Only in an emergency'))
      await ana.page
        .getByText(
          'Copies of your sealed records may be kept in Germany and India. In another country they are opened in an emergency only.',
        )
        .waitFor()
      await ana.tap(ana.button('Save'))
      await ana.page.getByText('Saved. Every hospital knows.').waitFor()
      for (const hospital of [city, lakeside, berlin])
        assert.deepEqual(await knownAt(hospital), [['DE', 'IN'], 'emergency'])
      await ana.assertAccessible('countries, saved')
      await ana.shoot(`app-countries-${size}`, { documented: size === 'phone' })
      await ana.comeAgain('#/countries')
      await ana.page.getByText('may be kept in Germany and India').waitFor()
      assert.ok(await ana.page.getByLabel('Only in an emergency').isChecked())
      assert.equal(await ana.page.getByText('You have not said anything yet.').count(), 0)
    })

    test('warns of what is lost by keeping nothing elsewhere and letting nobody abroad in; says who could not be told', async () => {
      await berlin.gateway.stop()
      await ana.tap(ana.page.getByLabel('Germany'))
      await ana.tap(ana.page.getByLabel('India'))
      await ana.tap(ana.page.getByLabel('No, never'))
      await ana.page.getByText('Should that hospital ever lose its files').waitFor()
      await ana.page.getByText('If you fall ill abroad').waitFor()
      await ana.tap(ana.button('Save'))
      await ana.page.getByText(/^Saved\. These could not be told yet/).waitFor()
      for (const hospital of [stage.world.city, stage.world.lakeside])
        assert.deepEqual(await knownAt(hospital), [[], 'never'])
      // That one of them does not answer is the browser's to say.
      assert.ok(ana.complaints.every((complaint) => /ERR_CONNECTION_REFUSED/.test(complaint)))
    })

    test('a gateway that does not answer: nothing is lost, and the same again saves it', async () => {
      await ana.page.context().setOffline(true)
      await ana.tap(ana.page.getByLabel('India'))
      await ana.tap(ana.button('Save'))
      await ana.page.getByText('Save again: the last choice counts everywhere.').waitFor()
      await ana.page.context().setOffline(false)
      await ana.tap(ana.button('Save'))
      await ana.page.getByText(/^Saved\./).waitFor()
      assert.deepEqual(await knownAt(stage.world.city), [['IN'], 'never'])
    })
  })
