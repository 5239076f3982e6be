import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Bundle } from '@hre/fhir'
import { compartmentIds, grantAccess, inviteMember, openRecords, requestAccess } from '@hre/sdk'
import { inSeconds } from '../../exchange/test/world.ts'
import { pressEnterOn, tabTo } from './keyboard.ts'
import { desktop, inviteDoctor, phone, skip, startStage, Visitor, type Stage } from './stage.ts'

const sizes = { phone, desktop }
const observation = (title: string, value: number) => ({
  resourceType: 'Observation' as const,
  status: 'final' as const,
  category: [{ coding: [{ code: 'laboratory' }] }],
  code: { text: title },
  effectiveDateTime: '2026-03-03',
  valueQuantity: { value, unit: 'mg/L' },
})
const fileOf = (bundle: unknown) => ({
  name: 'export.json',
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify(bundle)),
})

describe('a laboratory with the app', { skip }, () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  const technicianAt = async (viewport: typeof phone) => {
    const { city } = stage.world
    const technician = await Visitor.at(stage, city, { viewport })
    const { secret } = await inviteMember(city.actor, { role: 'lab technician', name: 'Lina Varghese' })
    await technician.join(secret)
    await technician.heading('Laboratory').waitFor()
    return technician
  }

  for (const [size, viewport] of Object.entries(sizes))
    test(`on a ${size}, by the keyboard alone: types results, signs, and a doctor checks and signs as well`, async () => {
      const { city } = stage.world
      const patient = await stage.world.newPatient()
      const doctor = await Visitor.at(stage, city, { viewport })
      await doctor.join(await inviteDoctor(city, `Dr Kavita Mehta ${size}`))
      const countersigner = await doctor.account()
      await grantAccess(patient, {
        reader: countersigner,
        compartments: [compartmentIds(patient).labs],
        purposes: ['TREAT'],
        until: inSeconds(3600),
      })
      const technician = await technicianAt(viewport)
      const { page } = technician
      await page.getByText('No signature is missing.').waitFor()
      await technician.assertAccessible('an empty worklist')
      await pressEnterOn(page, technician.link('Enter results'))
      await technician.heading('Enter results').waitFor()
      // Nothing is filed before everything is there.
      await pressEnterOn(page, technician.button('Sign and file 1 result'))
      await page.getByText('This is not the code of a patient. Nothing was sent.').waitFor()
      await technician.assertAccessible('results that are not complete')
      await tabTo(page, page.getByLabel('The patient’s code or link'))
      await page.keyboard.type(`hre:${patient.account}`)
      await page.getByLabel('Who checks and signs as well?').selectOption(countersigner)
      const first = page.getByRole('region', { name: 'Result 1' })
      await tabTo(page, first.getByLabel('Test', { exact: true }))
      await page.keyboard.type('Potassium')
      assert.equal(await first.getByLabel('Unit').inputValue(), 'mmol/L')
      for (const [label, text] of [
        ['Value', '5,9'],
        ['Usual from', '3.5'],
        ['Usual to', '5.1'],
      ] as const) {
        await tabTo(page, first.getByLabel(label))
        await page.keyboard.type(text)
      }
      await first.getByText('Above the usual range').waitFor()
      await pressEnterOn(page, technician.button('One more result'))
      const second = page.getByRole('region', { name: 'Result 2' })
      await tabTo(page, second.getByLabel('Name of the test'))
      await page.keyboard.type('Malaria, rapid test')
      await tabTo(page, second.getByLabel('Value'))
      await page.keyboard.type('negative')
      await technician.assertAccessible('results')
      await technician.shoot(`app-laboratory-${size}`, { documented: size === 'phone' })
      await pressEnterOn(page, technician.button('Sign and file 2 results'))
      await page.getByText('Signed and filed. It now waits for the second signature.').waitFor()
      await pressEnterOn(page, technician.link('Back to the list'))
      await page
        .getByRole('region', { name: 'Filed by you, second signature missing' })
        .getByText(new RegExp(`waits for Dr Kavita Mehta ${size}`))
        .waitFor()
      await technician.assertAccessible('the worklist')
      await technician.shoot(`app-worklist-${size}`)
      // The range that was typed is there the next time.
      await technician.link('Enter results').click()
      await page.getByLabel('Test', { exact: true }).selectOption({ label: 'Potassium' })
      assert.equal(await page.getByLabel('Usual to').inputValue(), '5.1')

      await doctor.link('Patients').click()
      await doctor.page.getByRole('region', { name: 'Waiting for your signature' }).getByRole('link').click()
      await doctor.heading('Check and sign').waitFor()
      await doctor.page.getByText('5.9 mmol/L').waitFor()
      await doctor.page.getByText('Above the usual range').waitFor()
      await doctor.page.getByText('Malaria, rapid test').waitFor()
      await doctor.assertAccessible('checking')
      await doctor.shoot(`app-countersign-${size}`, { documented: size === 'desktop' })
      await pressEnterOn(doctor.page, doctor.button('I have checked it: sign'))
      await doctor.page.getByText('Signed. Both signatures are there now.').waitFor()
      await technician.link('Worklist').click()
      await page.getByText('No signature is missing.').waitFor()

      const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
      assert.ok(access.records.every(({ signing }) => signing?.completedAt !== null))
      const bodies: string[] = []
      for await (const { body } of openRecords(patient, access)) bodies.push(new TextDecoder().decode(body))
      const potassium = JSON.parse(bodies.find((body) => body.includes('2823-3'))!) as Record<string, unknown>
      assert.deepEqual(potassium['valueQuantity'], { value: 5.9, unit: 'mmol/L' })
      assert.match(String(potassium['effectiveDateTime']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\+05:30$/)
      technician.assertQuiet()
      doctor.assertQuiet()
      await technician.close()
      await doctor.close()
    })

  test('uploads what the laboratory’s system wrote, after reading whom it is about', async () => {
    const patient = await stage.world.newPatient()
    const technician = await technicianAt(desktop)
    const { page } = technician
    await technician.link('Upload results').click()
    const choose = page.locator('input[type=file]')
    // Attack: a file that is no result, and one that holds other things beside results.
    await choose.setInputFiles(fileOf({ resourceType: 'MedicationRequest', status: 'active' }))
    await page.getByText('This cannot be read as results').waitFor()
    await page.getByText('Nothing was filed.').waitFor()
    await technician.assertAccessible('a file that is none')
    const bundle: Bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        { resource: { resourceType: 'Patient', name: [{ given: ['Ana'], family: 'Sharma' }] } },
        { resource: observation('C-reactive protein', 48) },
        { resource: observation('<img src=x onerror=alert(1)>', 1) },
      ],
    }
    await choose.setInputFiles(fileOf(bundle))
    await page
      .getByText('The file says that it is about Ana Sharma. Compare the name with the patient.')
      .waitFor()
    await page.getByText('C-reactive protein, 48 mg/L, 3 March 2026').waitFor()
    await page.getByLabel('The patient’s code or link').fill(patient.account)
    await technician.assertAccessible('an upload')
    await technician.shoot('app-upload-desktop')
    await technician.button('Sign and file 2 results').click()
    await page.getByText('Signed and filed. The patient can see it now.').waitFor()
    const { records } = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    assert.equal(records.length, 2)
    technician.assertQuiet()
    await technician.close()
  })

  test('attack: a signature is wanted for what the doctor may not see; nothing can be signed unseen', async () => {
    const { city } = stage.world
    const patient = await stage.world.newPatient()
    const doctor = await Visitor.at(stage, city)
    await doctor.join(await inviteDoctor(city, 'Dr Blind'))
    const countersigner = await doctor.account()
    const technician = await technicianAt(desktop)
    await technician.link('Enter results').click()
    await technician.page.getByLabel('The patient’s code or link').fill(patient.account)
    await technician.page.getByLabel('Who checks and signs as well?').selectOption(countersigner)
    await technician.page.getByLabel('Name of the test').fill('Malaria, rapid test')
    await technician.page.getByLabel('Value').fill('negative')
    await technician.button('Sign and file 1 result').click()
    await technician.page.getByText(/waits for the second signature/).waitFor()
    await doctor.link('Patients').click()
    await doctor.page.getByRole('region', { name: 'Waiting for your signature' }).getByRole('link').click()
    await doctor.page.getByText('You cannot see what you would sign').waitFor()
    assert.equal(await doctor.button('I have checked it: sign').count(), 0)
    await doctor.assertAccessible('nothing to be seen')
    await technician.close()
    await doctor.close()
  })
})
