import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { AllergyIntolerance, Appointment, Resource } from '@hre/fhir'
import { setAttributesCall } from '@hre/protocol'
import {
  compartmentIds,
  grantAccess,
  hospitalNumberSystem,
  keepPatientNumber,
  listEmergencies,
  makeEmergencyCard,
  markForEmergency,
  readAccessLog,
  submit,
  type Actor,
} from '@hre/sdk'
import { generateChart } from '@hre/testkit'
import { inSeconds, type Hospital } from '../../exchange/test/world.ts'
import { file, inviteDoctor, manners, pdfReport, skip, startStage, Visitor, type Stage } from './stage.ts'

const daySeconds = 24 * 60 * 60

const penicillin: AllergyIntolerance = {
  resourceType: 'AllergyIntolerance',
  clinicalStatus: { coding: [{ code: 'active' }] },
  code: { text: 'Penicillin' },
  patient: {},
  reaction: [{ manifestation: [{ text: 'Swelling of the throat' }] }],
}
const tomorrow = (): Appointment => ({
  resourceType: 'Appointment',
  status: 'booked',
  description: 'Review of blood pressure',
  start: new Date(inSeconds(daySeconds) * 1000).toISOString(),
  participant: [{ status: 'accepted' }],
})
const chartOf = (name: string): Resource[] => [
  ...generateChart(name, { name, sex: 'female', birthDate: '1958-04-12' }).resources.slice(0, 90),
  penicillin,
]

/** A device with one voice of its own and one that sends what it reads to a server. Keeps what is said by which. */
function giveVoices() {
  const said: string[] = []
  const voices = [
    { name: 'far', lang: 'en-GB', localService: false },
    { name: 'own', lang: 'en-GB', localService: true },
  ]
  Object.assign(globalThis, { said })
  Object.defineProperty(globalThis, 'SpeechSynthesisUtterance', {
    value: class {
      text: string
      voice: { name: string } | null = null
      constructor(text: string) {
        this.text = text
      }
    },
  })
  Object.defineProperty(globalThis, 'speechSynthesis', {
    value: Object.assign(new EventTarget(), {
      getVoices: () => voices,
      cancel() {},
      speak: ({ text, voice }: { text: string; voice: { name: string } | null }) =>
        said.push(`${voice?.name}: ${text}`),
    }),
  })
}

describe('a doctor with the app', { skip }, () => {
  let stage: Stage
  let technician: Actor
  before(async () => {
    stage = await startStage()
    technician = await stage.world.newMember(stage.world.city, 'lab technician')
  })
  after(() => stage.stop())

  async function license({ actor }: Hospital, member: `0x${string}`): Promise<void> {
    const attributes = { specialty: 0n, licensedUntil: inSeconds(365 * daySeconds) }
    await submit(actor, [setAttributesCall(actor.deployment, member, attributes)])
  }

  for (const { size, manner, options } of manners) {
    test(`signs in by passkey, finds and asks a patient, reads, writes a note in two sittings, ${manner}`, async () => {
      const { city } = stage.world
      const patient = await stage.world.newPatient()
      await file(technician, patient.account, [...chartOf('Ana Sharma'), tomorrow()])
      const doctor = await Visitor.at(stage, city, options)
      const { page } = doctor
      await page.addInitScript(giveVoices)
      await doctor.givePasskeys()
      await doctor.join(await inviteDoctor(city, 'Dr Kavita Mehta'), { passkey: true })
      const account = await doctor.account()
      await doctor.tap(doctor.button('Sign out'))
      await doctor.tap(doctor.button(/Use my fingerprint/))
      await doctor.tap(doctor.link('Patients'))
      await doctor.heading('Today').waitFor()
      await page.getByText('No patient shares with you yet.').waitFor()
      await doctor.assertAccessible('an empty day')

      await doctor.type(page.getByLabel(/The patient’s code or link/), 'Ana Sharma')
      await doctor.tap(doctor.button('Continue'))
      await page.getByText('This is not the code of a patient. Nothing was sent.').waitFor()
      await doctor.type(page.getByLabel(/The patient’s code or link/), `hre:${patient.account}`)
      await doctor.tap(doctor.button('Continue'))
      await doctor.tap(page.getByLabel('Letters and notes'))
      await doctor.tap(page.getByLabel('Visits', { exact: true }))
      await doctor.tap(doctor.button('Send'))
      await page.getByText(/^Sent\./).waitFor()
      await doctor.tap(doctor.link('Patients').first())
      await doctor.tap(page.getByText('asked, no answer yet'))
      await page.getByText(/^Asked on .* The chart opens here as soon as the patient agrees\.$/).waitFor()
      await doctor.assertAccessible('waiting for the patient')
      const ids = compartmentIds(patient)
      await grantAccess(patient, {
        reader: account,
        compartments: [ids.summary, ids.labs, ids.vitals, ids.documents, ids.encounters],
        purposes: ['TREAT'],
        until: inSeconds(7 * daySeconds),
      })
      // It arrives by itself.
      await doctor.heading('Chart of Ana Sharma').waitFor()
      const warning = page.getByRole('region', { name: /^Warning: \d+ allerg/ })
      await warning.getByText('Penicillin (Swelling of the throat)').waitFor()
      await doctor.tap(warning.getByRole('button', { name: 'Read aloud' }))
      const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said)
      // Attack: a voice of a server would be told what the patient has.
      assert.match(said.join(), /^own: Warning: \d+ allerg.*Penicillin \(Swelling of the throat\)/)
      await page
        .getByRole('region', { name: 'Latest results' })
        .getByText(/before: /)
        .first()
        .waitFor()
      await doctor.assertAccessible('the chart')
      await doctor.shoot(`app-doctor-chart-${size}`, { documented: size === 'phone', fullPage: false })

      // A note, left unfinished, waits on the day's list.
      await doctor.tap(doctor.link('Write a note'))
      await doctor.type(page.getByLabel('Note', { exact: true }), 'Blood pressure is better.')
      await page.keyboard.press('Shift+Tab')
      await page.getByText('Kept on this device until you sign it.').waitFor()
      await doctor.tap(doctor.link('Patients'))
      const unfinished = page.getByRole('region', { name: 'Notes to finish' })
      await unfinished.getByText('Ana Sharma').waitFor()
      await page
        .getByRole('region', { name: 'Appointments' })
        .getByText(/Review of blood pressure/)
        .waitFor()
      await page.getByRole('region', { name: 'Patients' }).getByText('New', { exact: true }).waitFor()
      await doctor.assertAccessible('the day')
      await doctor.shoot(`app-doctor-day-${size}`, { documented: size === 'desktop', fullPage: false })
      await doctor.tap(unfinished.getByText('Ana Sharma'))
      const note = page.getByLabel('Note', { exact: true })
      await note.waitFor()
      assert.equal(await note.inputValue(), 'Blood pressure is better.')
      await doctor.type(note, 'Blood pressure is better. Review in six months.')
      await doctor.tap(doctor.button('Sign and file'))
      await page.getByText('Signed and filed.').waitFor()
      await doctor.tap(doctor.link('Open chart'))
      await page.getByRole('region', { name: 'Documents and visits' }).getByText('Progress note').waitFor()
      await doctor.tap(doctor.link('Patients'))
      await doctor.heading('Today').waitFor()
      await unfinished.waitFor({ state: 'detached' })
      await doctor.close()
    })

    test(`breaks the glass by card, reads while it lasts, ends it, ${manner}`, async () => {
      const { city, lakeside } = stage.world
      const patient = await stage.world.newPatient()
      await file(technician, patient.account, [...chartOf('Ravi Kumar'), pdfReport('Report 17')])
      const { summary, labs } = compartmentIds(patient)
      await markForEmergency(patient, {
        compartments: [summary, labs],
        trustees: [city.actor.account, lakeside.actor.account],
        threshold: 2,
      })
      const { text: card } = await makeEmergencyCard(patient, 'city.example')
      const doctor = await Visitor.at(stage, lakeside, options)
      const { page } = doctor
      await doctor.join(await inviteDoctor(lakeside, 'Dr Kwame Osei'))
      await doctor.heading('Today').waitFor()

      await doctor.type(page.getByLabel(/or their emergency card/), card.toLowerCase())
      await page.keyboard.press('Enter')
      await doctor.heading('Open a chart in an emergency').waitFor()
      await doctor.assertAccessible('declaring')
      await doctor.tap(doctor.button('Declare the emergency and open'))
      await page.getByText('Choose a reason.').waitFor()
      await page.getByText('Say in a few words what happened.').waitFor()
      await doctor.tap(page.getByLabel('The patient does not respond'))
      await doctor.type(page.getByLabel('What happened'), 'Found on the road without pulse.')
      await doctor.tap(doctor.button('Declare the emergency and open'))
      // Without a licence nothing happens, and it says what to do.
      await page.getByText('Your licence is not on record, or has run out').waitFor()
      await page.getByText('Nothing was declared and nothing was opened.').waitFor()
      await doctor.shoot(`app-declare-refused-${size}`)
      const own = await page.evaluate(() => location.hash)
      await license(lakeside, await doctor.account())
      await page.goBack()
      await doctor.heading('Open a chart in an emergency').waitFor()
      assert.equal(await page.evaluate(() => location.hash), own)
      await doctor.tap(page.getByLabel('The patient does not respond'))
      await doctor.type(page.getByLabel('What happened'), 'Found on the road without pulse.')
      await doctor.shoot(`app-declare-${size}`, { documented: size === 'phone' })
      await doctor.tap(doctor.button('Declare the emergency and open'))

      await page.getByText('Opened in an emergency').waitFor()
      await page
        .getByRole('timer')
        .filter({ hasText: /^(29:\d\d|30:00) left\.$/ })
        .waitFor()
      await page
        .getByRole('region', { name: /^Warning/ })
        .getByText(/Penicillin/)
        .waitFor()
      // "No known allergy" among them is no allergy.
      await page.getByRole('region', { name: 'Warning: 1 allergy' }).waitFor()
      await doctor.assertAccessible('an open emergency')
      await doctor.shoot(`app-emergency-open-${size}`, { documented: size === 'phone', fullPage: false })
      // A document of it opens as long as it lasts.
      await doctor.tap(doctor.link(/Report 17/))
      const saving = page.waitForEvent('download')
      await doctor.tap(doctor.button('Open the document'))
      assert.equal((await saving).suggestedFilename(), 'Report-17.pdf')
      await doctor.assertAccessible('a document in an emergency')
      await doctor.shoot(`app-emergency-document-${size}`)
      const [seen] = await listEmergencies(patient)
      assert.equal(seen!.member, await emergencyMember(doctor))
      await doctor.tap(doctor.link('Patients'))
      await doctor.tap(page.getByRole('region', { name: 'Open emergencies' }).getByRole('link'))
      await page.getByText('Opened in an emergency').waitFor()

      // Ended: nothing of it is left on the device, and asking again is up to the doctor.
      await doctor.tap(doctor.button('End it now'))
      await page.getByText('The emergency is over').waitFor()
      await doctor.assertAccessible('an emergency that is over')
      assert.equal(await page.getByText('Penicillin').count(), 0)
      const kept = await page.evaluate(keptNames)
      assert.ok(!kept.includes(patient.account), 'no copy of the chart stays')
      const { accesses } = await readAccessLog(patient)
      assert.ok(accesses.some(({ receipt }) => receipt.purpose === 1))
      await doctor.tap(doctor.link('Ask for access'))
      await doctor.heading('Ask for access').waitFor()
      await doctor.close()
    })
  }

  test('two notes are kept on the device at one moment: neither is lost', async () => {
    const { city, newPatient } = stage.world
    const doctor = await Visitor.at(stage, city)
    await doctor.join(await inviteDoctor(city, 'Dr Kavita Mehta'))
    await doctor.heading('Today').waitFor()
    const patients = [(await newPatient()).account, (await newPatient()).account]
    const [keeper] = doctor.page.workers()
    await keeper!.evaluate(keepDrafts, patients)
    await doctor.tap(doctor.link('More'))
    await doctor.tap(doctor.link('Patients'))
    const unfinished = doctor.page.getByRole('region', { name: 'Notes to finish' }).getByRole('link')
    await unfinished.first().waitFor()
    assert.equal(await unfinished.count(), patients.length)
    await doctor.close()
  })

  test('by the hospital’s own number; an unknown one says so, and opens nothing', async () => {
    const { city } = stage.world
    const patient = await stage.world.newPatient()
    const value = 'AM-2201'
    const nurse = await stage.world.newMember(city, 'nurse')
    await keepPatientNumber(nurse, { patient: patient.account, system: hospitalNumberSystem, value })
    const doctor = await Visitor.at(stage, city)
    await doctor.join(await inviteDoctor(city, 'Dr Kavita Mehta'))
    await license(city, await doctor.account())
    await doctor.tap(doctor.link('Patients'))
    await doctor.type(doctor.page.getByLabel('Hospital number'), 'AM-9')
    await doctor.tap(doctor.button('Find'))
    await doctor.page.getByText('Nobody was found. Nothing was opened.').waitFor()
    await doctor.assertAccessible('nobody found')
    await doctor.type(doctor.page.getByLabel('Hospital number'), value)
    await doctor.tap(doctor.button('Find'))
    await doctor.heading('Open a chart in an emergency').waitFor()
    await doctor.tap(doctor.page.getByLabel('Life is in danger'))
    await doctor.type(doctor.page.getByLabel('What happened'), 'Collapsed in the ward.')
    await doctor.tap(doctor.button('Declare the emergency and open'))
    // This patient set nothing aside.
    await doctor.page.getByText('The emergency is declared, but the chart does not open').waitFor()
    await doctor.assertAccessible('declared, and shut')
    await doctor.close()
  })
})

const emergencyMember = (doctor: Visitor): Promise<string> => doctor.account()

/** Runs in the keeper's worker: asks it for all of them before it has answered for one. */
async function keepDrafts(patients: string[]): Promise<void> {
  const scope = globalThis as unknown as {
    onmessage(event: { data: unknown }): void
    postMessage(answer: { id?: unknown }): void
  }
  const post = scope.postMessage.bind(scope)
  const waiting = new Map<unknown, () => void>()
  scope.postMessage = (answer) => (waiting.get(answer.id) ?? (() => post(answer)))()
  await Promise.all(
    patients.map(
      (patient) =>
        new Promise<void>((resolve) => {
          waiting.set(patient, resolve)
          const args = [{ patient, title: 'Progress note', text: 'Not finished.' }]
          scope.onmessage({ data: { id: patient, name: 'keepDraft', args } })
        }),
    ),
  )
  scope.postMessage = post
}

/** Names under which the device keeps charts. */
async function keptNames(): Promise<string[]> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('hre')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })
  const names = await new Promise<IDBValidKey[]>((resolve, reject) => {
    const request = database.transaction('charts').objectStore('charts').getAllKeys()
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })
  database.close()
  return names.map(String)
}
