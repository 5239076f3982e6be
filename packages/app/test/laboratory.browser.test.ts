import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Bundle, DiagnosticReport } from '@hre/fhir'
import { compartmentIds, grantAccess, inviteMember, openRecords, requestAccess } from '@hre/sdk'
import { inSeconds } from '../../exchange/test/world.ts'
import {
  desktop,
  inviteDoctor,
  manners,
  pdf,
  skip,
  startStage,
  Visitor,
  type Stage,
  type VisitorOptions,
} from './stage.ts'

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

  const technicianAt = async (options: VisitorOptions) => {
    const { city } = stage.world
    const technician = await Visitor.at(stage, city, options)
    const { secret } = await inviteMember(city.actor, { role: 'lab technician', name: 'Lina Varghese' })
    await technician.join(secret)
    await technician.heading('Laboratory').waitFor()
    return technician
  }

  for (const { size, manner, options } of manners)
    test(`types results, signs, and a doctor checks and signs as well, ${manner}`, async () => {
      const { city } = stage.world
      const patient = await stage.world.newPatient()
      const doctor = await Visitor.at(stage, city, options)
      await doctor.join(await inviteDoctor(city, `Dr Kavita Mehta ${size}`))
      const countersigner = await doctor.account()
      await grantAccess(patient, {
        reader: countersigner,
        compartments: [compartmentIds(patient).labs],
        purposes: ['TREAT'],
        until: inSeconds(3600),
      })
      const technician = await technicianAt(options)
      const { page } = technician
      await page.getByText('No signature is missing.').waitFor()
      await technician.assertAccessible('an empty worklist')
      await technician.tap(technician.link('Enter results'))
      await technician.heading('Enter results').waitFor()
      // Nothing is filed before everything is there.
      await technician.tap(technician.button('Sign and file 1 result'))
      await page.getByText('This is not the code of a patient. Nothing was sent.').waitFor()
      await technician.assertAccessible('results that are not complete')
      await technician.type(page.getByLabel('The patient’s code or link'), `hre:${patient.account}`)
      await technician.select(
        page.getByLabel('Who checks and signs as well?'),
        `Dr Kavita Mehta ${size}, City Hospital`,
      )
      const first = page.getByRole('region', { name: 'Result 1' })
      await technician.select(first.getByLabel('Test', { exact: true }), 'Potassium')
      assert.equal(await first.getByLabel('Unit').inputValue(), 'mmol/L')
      for (const [label, text] of [
        ['Value', '5,9'],
        ['Usual from', '3.5'],
        ['Usual to', '5.1'],
      ] as const) {
        await technician.type(first.getByLabel(label), text)
      }
      await first.getByText('Above the usual range').waitFor()
      await technician.tap(technician.button('One more result'))
      const second = page.getByRole('region', { name: 'Result 2' })
      await technician.type(second.getByLabel('Name of the test'), 'Malaria, rapid test')
      await technician.type(second.getByLabel('Value'), 'negative')
      await technician.assertAccessible('results')
      await technician.shoot(`app-laboratory-${size}`, { documented: size === 'phone' })
      await technician.tap(technician.button('Sign and file 2 results'))
      await page.getByText('Signed and filed. It now waits for the second signature.').waitFor()
      await technician.tap(technician.link('Back to the list'))
      await page
        .getByRole('region', { name: 'Filed by you, second signature missing' })
        .getByText(new RegExp(`waits for Dr Kavita Mehta ${size}`))
        .waitFor()
      await technician.assertAccessible('the worklist')
      await technician.shoot(`app-worklist-${size}`)
      // The range that was typed is there the next time.
      await technician.tap(technician.link('Enter results'))
      await technician.select(page.getByLabel('Test', { exact: true }), 'Potassium')
      assert.equal(await page.getByLabel('Usual to').inputValue(), '5.1')

      await doctor.tap(doctor.link('Patients'))
      await doctor.tap(
        doctor.page.getByRole('region', { name: 'Waiting for your signature' }).getByRole('link'),
      )
      await doctor.heading('Check and sign').waitFor()
      await doctor.page.getByText('5.9 mmol/L').waitFor()
      await doctor.page.getByText('Above the usual range').waitFor()
      await doctor.page.getByText('Malaria, rapid test').waitFor()
      await doctor.assertAccessible('checking')
      await doctor.shoot(`app-countersign-${size}`, { documented: size === 'desktop' })
      await doctor.tap(doctor.button('I have checked it: sign'))
      await doctor.page.getByText('Signed. Both signatures are there now.').waitFor()
      await technician.tap(technician.link('Worklist'))
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
    const technician = await technicianAt({ viewport: desktop, hasKeysOnly: true })
    const { page } = technician
    await technician.tap(technician.link('Upload results'))
    const choose = technician.button('Choose a file')
    // Attack: a file that is no result, and one that holds other things beside results.
    await technician.upload(choose, fileOf({ resourceType: 'MedicationRequest', status: 'active' }))
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
    await technician.upload(choose, fileOf(bundle))
    await page
      .getByText('The file says that it is about Ana Sharma. Compare the name with the patient.')
      .waitFor()
    await page.getByText('C-reactive protein, 48 mg/L, 3 March 2026').waitFor()
    await technician.type(page.getByLabel('The patient’s code or link'), patient.account)
    await technician.assertAccessible('an upload')
    await technician.shoot('app-upload-desktop')
    await technician.tap(technician.button('Sign and file 2 results'))
    await page.getByText('Signed and filed. The patient can see it now.').waitFor()
    const { records } = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    assert.equal(records.length, 2)
    technician.assertQuiet()
    await technician.close()
  })

  for (const { size, manner, options } of manners)
    test(`uploads a report as a PDF; attack: a file that is more than a document, ${manner}`, async () => {
      const patient = await stage.world.newPatient()
      const technician = await technicianAt(options)
      const { page } = technician
      await technician.link('Upload results').click()
      const choose = (name: string, buffer: Buffer) =>
        page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/pdf', buffer })
      await choose('report.pdf', Buffer.from('<html><script>alert(1)</script></html>'))
      await page.getByText('This cannot be read as results').waitFor()
      await choose('report.pdf', Buffer.concat([pdf, Buffer.alloc(10_000_000)]))
      await page.getByText('This file is too large. A PDF may have 10 MB').waitFor()
      await page.getByText('Nothing was filed.').waitFor()
      await technician.assertAccessible('a report that is too large')
      // Neither of them can be signed.
      assert.equal(await technician.button(/^Sign and file/).count(), 0)
      const name = '<img src=x onerror=alert(1)>'
      await choose(`${name}.pdf`, pdf)
      const title = page.getByLabel('What is the report called?')
      await title.waitFor()
      assert.equal(await title.inputValue(), name)
      await title.fill(' ')
      await page.getByLabel('The patient’s code or link').fill(patient.account)
      await technician.button('Sign and file the report').click()
      await page.getByText('Give it a name by which patient and doctor find it.').waitFor()
      await title.fill(name)
      await technician.assertAccessible('a report')
      await technician.shoot(`app-upload-report-${size}`)
      await technician.button('Sign and file the report').click()
      await page.getByText('Signed and filed. The patient can see it now.').waitFor()
      const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
      const bodies: string[] = []
      for await (const { body } of openRecords(patient, access)) bodies.push(new TextDecoder().decode(body))
      const report = JSON.parse(bodies[0]!) as DiagnosticReport
      assert.equal(report.presentedForm?.[0]?.contentType, 'application/pdf')
      assert.deepEqual(Buffer.from(report.presentedForm[0].data!, 'base64'), pdf)
      assert.equal(report.code.text, name)
      assert.equal(await page.locator('img[src=x]').count(), 0)
      technician.assertQuiet()
      await technician.close()
    })

  test('attack: a signature is wanted for what the doctor may not see; nothing can be signed unseen', async () => {
    const { city } = stage.world
    const patient = await stage.world.newPatient()
    const doctor = await Visitor.at(stage, city)
    await doctor.join(await inviteDoctor(city, 'Dr Blind'))
    const countersigner = await doctor.account()
    const technician = await technicianAt({ viewport: desktop })
    await technician.tap(technician.link('Enter results'))
    await technician.type(technician.page.getByLabel('The patient’s code or link'), patient.account)
    await technician.page.getByLabel('Who checks and signs as well?').selectOption(countersigner)
    await technician.type(technician.page.getByLabel('Name of the test'), 'Malaria, rapid test')
    await technician.type(technician.page.getByLabel('Value'), 'negative')
    await technician.tap(technician.button('Sign and file 1 result'))
    await technician.page.getByText(/waits for the second signature/).waitFor()
    await doctor.tap(doctor.link('Patients'))
    await doctor.tap(
      doctor.page.getByRole('region', { name: 'Waiting for your signature' }).getByRole('link'),
    )
    await doctor.page.getByText('You cannot see what you would sign').waitFor()
    assert.equal(await doctor.button('I have checked it: sign').count(), 0)
    await doctor.assertAccessible('nothing to be seen')
    await technician.close()
    await doctor.close()
  })
})
