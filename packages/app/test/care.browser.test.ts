import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { compartmentIds, grantAccess, readAccessLog, type Actor } from '@hre/sdk'
import { fileSome, inSeconds } from '../../exchange/test/world.ts'
import {
  file,
  fileAnasChart,
  inviteToCity,
  manners,
  newcomer,
  newDoctor,
  pdfReport,
  skip,
  startStage,
  type Stage,
  Visitor,
} from './stage.ts'

for (const { size, manner, options } of manners)
  describe(`somebody who looks after another, ${manner}`, { skip }, () => {
    let stage: Stage
    let ana: Visitor
    let meera: Visitor
    let doctor: Actor
    let account: `0x${string}`
    let daughter: `0x${string}`
    before(async () => {
      stage = await startStage()
      doctor = await newDoctor(stage, stage.world.lakeside, 'Dr Kwame Osei')
      ;({ visitor: ana, account } = await newcomer(stage, options))
      await fileAnasChart(stage, account, 40)
      // Her daughter: a patient with a device of her own.
      ;({ visitor: meera, account: daughter } = await newcomer(stage, options))
    })
    after(() => stage.stop())

    test('nobody is looked after yet', async () => {
      await meera.enter('People I help')
      await meera.page.getByText(/Nobody has chosen you as a helper/).waitFor()
      await meera.assertAccessible('nobody helped')
      await ana.enter('Somebody who helps me')
      await ana.page.getByText('Nobody helps you here yet.').waitFor()
      await ana.assertAccessible('no helper')
    })

    test('[D18] [C13] the patient chooses her daughter; one sentence says back what she may see, and until when', async () => {
      await ana.tap(ana.button('Choose somebody'))
      // Her own code, then one that nobody has.
      await ana.type(ana.page.getByLabel('Their code, or a link with it'), `hre:${account}`)
      await ana.tap(ana.button('Use this code'))
      await ana.page.getByText(/^That is your own code/).waitFor()
      await ana.type(ana.page.getByLabel('Their code, or a link with it'), `hre:${daughter}`)
      await ana.tap(ana.button('Use this code'))
      await ana.type(ana.page.getByLabel('What do you call this person?'), 'My daughter Meera')
      await ana.tap(ana.button('Add this person'))
      const sentence = ana.page.getByRole('status').filter({ hasText: 'may see' })
      await sentence.waitFor()
      // Not without being asked for.
      assert.ok(!(await ana.page.getByLabel('Mental health').isChecked()))
      assert.match(
        await sentence.innerText(),
        /^My daughter Meera may see illnesses, medicines and allergies, laboratory results, (?!.*mental health).* until \d+ \w+ \d{4}, and share it with doctors for you\. You can end this at any time/,
      )
      await ana.assertAccessible('choosing a helper')
      await ana.shoot(`app-helper-choose-${size}`)
      await ana.tap(ana.button('Yes, let them help me'))
      await ana.page.getByText(/^Done\. My daughter Meera finds you/).waitFor()
      await ana.assertAccessible('a helper')
      await ana.shoot(`app-helper-${size}`)
      ana.assertQuiet()
    })

    test('[C13] the daughter sees the records, and always for whom she acts', async () => {
      await meera.enter('People I help')
      await meera.page.getByText(/^They chose you/).waitFor()
      await meera.assertAccessible('whom she helps')
      await meera.tap(meera.page.locator('main a.row').first())
      await meera.heading('Records of Ana Sharma').waitFor()
      const banner = meera.page.getByText('You are acting for Ana Sharma')
      await banner.waitFor()
      await meera.assertAccessible('records of another')
      await meera.shoot(`app-helped-${size}`, { documented: size === 'phone', fullPage: false })
      await meera.tap(meera.page.locator('main ul.list a.row').first())
      await meera.page.getByRole('button', { name: 'Back' }).waitFor()
      await banner.waitFor()
      await meera.assertAccessible('a record of another')
      await meera.tap(meera.button('Back'))
      await meera.heading('Records of Ana Sharma').waitFor()
    })

    test('[C13] a document of her mother opens for her, as family', async () => {
      const technician = await stage.world.newMember(stage.world.city, 'lab technician')
      await file(technician, account, [pdfReport('Report 17')])
      await meera.comeAgain(`#/helped/${account}`)
      await meera.tap(meera.page.getByRole('link', { name: /Report 17/ }))
      await meera.page.getByText('You are acting for Ana Sharma').waitFor()
      const saving = meera.page.waitForEvent('download')
      await meera.tap(meera.button('Open the document'))
      assert.equal((await saving).suggestedFilename(), 'Report-17.pdf')
      await meera.assertAccessible('a document of another')
      await meera.shoot(`app-helped-document-${size}`)
      await meera.tap(meera.button('Back'))
      await meera.heading('Records of Ana Sharma').waitFor()
    })

    test('[A6] [C13] she sees who looked, and her mother sees that she did', async () => {
      const helped = meera.page.getByRole('navigation', { name: 'People I help' })
      await meera.tap(helped.getByRole('link', { name: 'Who looked' }))
      await meera.heading('Who looked at the records of Ana Sharma').waitFor()
      await meera.page.getByText('You are acting for Ana Sharma').waitFor()
      await meera.assertAccessible('who looked at another')
      await ana.tap(ana.link('Who looked'))
      await ana.page.getByText('My daughter Meera looked at who has looked').first().waitFor()
      assert.match(await ana.page.locator('main').innerText(), /My daughter Meera looked at \d+ records/)
      await ana.shoot(`app-visits-helper-${size}`)
    })

    test('[C13] she shares with a doctor for her mother, who sees by whom', async () => {
      const helped = meera.page.getByRole('navigation', { name: 'People I help' })
      await meera.tap(helped.getByRole('link', { name: 'Sharing' }))
      // Hospitals that file, with no right to see, are not among those who can see.
      await meera.page.getByText('Nobody but Ana Sharma and you.').waitFor()
      await meera.tap(meera.button('Share with a doctor'))
      await meera.type(meera.page.getByLabel('Name of a doctor or hospital'), 'Osei')
      await meera.tap(meera.button(/Dr Kwame Osei/))
      assert.equal(await meera.page.getByLabel('Mental health').count(), 0)
      const sentence = meera.page.getByRole('status').filter({ hasText: 'may see' })
      assert.match(
        await sentence.innerText(),
        /^Dr Kwame Osei, Lakeside Clinic may see illnesses, medicines and allergies, laboratory results and measurements of Ana Sharma until/,
      )
      await meera.assertAccessible('sharing for another')
      await meera.shoot(`app-helped-share-${size}`)
      await meera.tap(meera.button('Yes, share this for Ana Sharma'))
      await meera.page.getByText('Done. Dr Kwame Osei, Lakeside Clinic can see this now.').waitFor()
      await ana.tap(ana.link('Sharing'))
      await ana.page.getByText('Shared for you by My daughter Meera.').waitFor()
      await ana.assertAccessible('shared by a helper')
      await ana.shoot(`app-shares-helper-${size}`)
    })

    test('[C4] [C13] she ends it again', async () => {
      await meera.tap(meera.button('Back'))
      // What a helper cannot do is said where they would look for it (C15, E16).
      await meera.page
        .getByText(/^To change how long somebody sees something, share it with them again/)
        .waitFor()
      await meera.page.getByText(/Only Ana Sharma can share what comes from now on/).waitFor()
      await meera.tap(meera.button('End it'))
      await meera.assertAccessible('ending for another')
      await meera.tap(meera.button('Yes, end it now'))
      await meera.page
        .getByText(/^Ended\./)
        .or(meera.page.getByText('Nobody but Ana Sharma and you.'))
        .first()
        .waitFor()
      await assert.rejects(readAccessLog(doctor, account), { code: 'not-found' })
      meera.assertQuiet()
    })

    test('[C5] the patient’s next login changes the key that her daughter could not', async () => {
      const keyChange = ana.page.waitForResponse(
        (response) => response.url().endsWith('/v1/operations') && response.request().method() === 'POST',
      )
      await ana.comeAgain()
      await ana.heading('Records of Ana Sharma').waitFor()
      await keyChange
      ana.assertQuiet()
    })

    test('[C13] the patient ends it: her daughter finds nobody, and nothing that was open', async () => {
      await ana.enter('Somebody who helps me')
      await ana.tap(ana.button('End it'))
      await ana.page.getByText(/^End it for My daughter Meera\?/).waitFor()
      await ana.assertAccessible('ending a helper')
      await ana.tap(ana.button('Yes, end it now'))
      await ana.page.getByText('Nobody helps you here yet.').waitFor()
      await meera.comeAgain(`#/helped/${account}`)
      await meera.page.getByText('There is nothing here that you may see.').waitFor()
      await meera.assertAccessible('nothing that she may see')
      assert.doesNotMatch(await meera.page.locator('main').innerText(), /Blood|Haemoglobin/)
      await meera.enter('People I help')
      await meera.page.getByText(/Nobody has chosen you as a helper/).waitFor()
      ana.assertQuiet()
    })

    test('what is not open to her is counted, also when nothing else is there', async () => {
      const { city, newPatient } = stage.world
      const patient = await newPatient()
      await fileSome(city.actor, patient)
      await grantAccess(patient, {
        reader: daughter,
        compartments: [compartmentIds(patient).labs],
        purposes: ['FAMRQT'],
        until: inSeconds(3600),
        history: 'from-now-on',
      })
      await meera.open(`#/helped/${patient.account}`)
      await meera.page.getByText('There is nothing here that you may see.').waitFor()
      await meera.page.getByText('2 records are not open to you.').waitFor()
      await meera.assertAccessible('records that are all closed')
    })

    test('[K13] a parent brings a child in by the front desk’s link: keys of their own, a paper of their own', async () => {
      await meera.open(`#/join/${await inviteToCity(stage)}`)
      await meera.heading('For somebody you look after').waitFor()
      await meera.assertAccessible('for a child')
      await meera.tap(meera.button('Continue'))
      await meera.page.getByText(/^Write a name/).waitFor()
      await meera.type(meera.page.getByLabel('What do you call them?'), 'Little Ravi')
      await meera.tap(meera.button('Continue'))
      await meera.heading('The paper of Little Ravi').waitFor()
      const code = await meera.page.getByText(/^hre:0x/).innerText()
      assert.notEqual(code, `hre:${daughter}`)
      const words = await meera.page.locator('ol.words > li').allInnerTexts()
      await meera.assertAccessible('the paper of a child')
      await meera.shoot(`app-ward-paper-${size}`)
      await meera.tap(meera.page.getByLabel('I have written down all 24 words'))
      await meera.tap(meera.button('Continue'))
      await meera.answerPaper(words)
      await meera.tap(meera.button('Finish'))
      await meera.page.getByText(/^Done\. You find Little Ravi/).waitFor()
      await meera.assertAccessible('a child is in')
      await meera.tap(meera.link('Records of Little Ravi'))
      await meera.page.getByText('You are acting for Little Ravi').waitFor()
      await meera.page.getByText('There is nothing here that you may see.').waitFor()
      // She is who she was.
      assert.equal(await meera.account(), daughter)
      meera.assertQuiet()
      // Grown up, on a device of their own, with the paper alone.
      const ravi = await Visitor.at(stage, stage.world.city, options)
      await ravi.open()
      await ravi.comeBack(code.slice('hre:'.length), words)
      await ravi.enter('Somebody who helps me')
      await ravi.button('End it').waitFor()
      await ravi.close()
    })
  })
