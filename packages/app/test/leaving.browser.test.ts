import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { openRecords, requestAccess, type Actor } from '@hre/sdk'
import { refusal } from '../../exchange/test/world.ts'
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
import { readZip } from './readZip.ts'

interface Index {
  records: { file: string; part: string; contentId: string; commitment: `0x${string}` }[]
}

let stage: Stage
before(async () => {
  if (!skip) stage = await startStage()
})
after(() => stage?.stop())

for (const { size, manner, options } of manners)
  describe(`leaving, ${manner}`, { skip }, () => {
    let ana: Visitor
    let paper: string[]
    let doctor: Actor
    let account: `0x${string}`
    before(async () => {
      const name = `Dr Kwame Osei ${size}`
      doctor = await newDoctor(stage, stage.world.lakeside, name)
      ;({ visitor: ana, account, paper } = await newcomer(stage, options))
      await fileAnasChart(stage, account, 20)
      await ana.beginSharing(new RegExp(name))
      await ana.tap(ana.button('Yes, share this'))
      await ana.page.getByText(/^Done\./).waitFor()
    })

    const read = async () => {
      const access = await requestAccess(doctor, { patient: account, purpose: 'TREAT' })
      let opened = 0
      for await (const _ of openRecords(doctor, access)) opened++
      return opened
    }

    test('takes everything along: one file, each record sealed, with keys that open it without us', async () => {
      await ana.enter('Take everything along')
      await ana.assertAccessible('taking along')
      await ana.shoot(`app-download-${size}`)
      const downloaded = ana.page.waitForEvent('download')
      await ana.tap(ana.button('Download'))
      const path = await (await downloaded).path()
      await ana.page.getByText('Done. 20 records are in the file.').waitFor()
      const files = readZip(await readFile(path))
      const index = JSON.parse(new TextDecoder().decode(files.get('index.json'))) as Index
      assert.equal(index.records.length, 20)
      for (const { file, contentId } of index.records)
        assert.equal(`0x${createHash('sha256').update(files.get(file)!).digest('hex')}`, contentId)
      assert.match(new TextDecoder().decode(files.get('identity.txt')), /^# .*\nAGE-SECRET-KEY-PQ-1/)
      assert.match(new TextDecoder().decode(files.get('README.txt')), /age -d -i identity\.txt/)
      ana.assertQuiet()
    })

    test('attack: somebody who finds the device open cannot close the account', async () => {
      await ana.enter('Close your account')
      assert.ok(await ana.button('Close my account').isDisabled())
      await ana.assertAccessible('closing')
      await ana.shoot(`app-close-${size}`)
      await ana.tap(ana.page.getByLabel('I understand that my records here are gone for good'))
      await ana.tap(ana.button('Close my account'))
      await ana.type(ana.page.getByLabel('Password', { exact: true }), 'a guess at the password')
      await ana.tap(ana.button('Close it for good'))
      await ana.page.getByText('That did not open it').waitFor()
      assert.ok((await read()) > 0)
    })

    test('closes the account: nobody opens anything any more, and this device has forgotten its owner', async () => {
      await ana.type(ana.page.getByLabel('Password', { exact: true }), 'kites over Amritsar at dusk')
      await ana.tap(ana.button('Close it for good'))
      await ana.page.getByText('20 records are gone for good. This device has forgotten you.').waitFor()
      await ana.assertAccessible('closed')
      await assert.rejects(read(), refusal('not-found'))
      await ana.tap(ana.button('Goodbye'))
      await ana.heading('Your health records, on your own device').waitFor()
      // Neither does the paper, which somebody may find.
      await ana.comeBack(account, paper)
      await ana.page.getByText('That did not open it').waitFor()
      await ana.close()
    })
  })
