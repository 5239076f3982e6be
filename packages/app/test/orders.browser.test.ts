import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  compartmentIds,
  fileOwnRecords,
  grantAccess,
  inviteMember,
  openRecords,
  recordsOfChart,
  requestAccess,
  type Actor,
} from '@hre/sdk'
import { inSeconds } from '../../exchange/test/world.ts'
import {
  desktop,
  file,
  fileAnasChart,
  inviteDoctor,
  manners,
  newcomer,
  pdf,
  pdfReport,
  phone,
  skip,
  startStage,
  Visitor,
  type Stage,
  type VisitorOptions,
} from './stage.ts'

const daySeconds = 24 * 60 * 60

/** What is in a patient's records, as the patient opens them. */
async function bodiesOf(patient: Actor): Promise<Record<string, unknown>[]> {
  const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
  const bodies: Record<string, unknown>[] = []
  for await (const { body, leaf } of openRecords(patient, access))
    bodies.push({ ...(JSON.parse(new TextDecoder().decode(body)) as object), record: leaf.record })
  return bodies
}

describe('an order and its result', { skip }, () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  /** A doctor and a technician of City Hospital, with a device each. */
  async function colleagues(
    options: VisitorOptions,
    name: string,
  ): Promise<{ doctor: Visitor; technician: Visitor }> {
    const { city } = stage.world
    const technician = await Visitor.at(stage, city, options)
    await technician.join(
      (await inviteMember(city.actor, { role: 'lab technician', name: `Lina ${name}` })).secret,
    )
    await technician.heading(/^Laboratory$/).waitFor()
    const doctor = await Visitor.at(stage, city, options)
    await doctor.join(await inviteDoctor(city, `Dr ${name}`))
    return { doctor, technician }
  }

  async function share(patient: Actor, ...readers: readonly Visitor[]): Promise<void> {
    for (const reader of readers) await shareWith(patient, await reader.account())
  }

  const shareWith = (patient: Actor, reader: `0x${string}`) =>
    grantAccess(patient, {
      reader,
      compartments: [compartmentIds(patient).labs],
      purposes: ['TREAT'],
      until: inSeconds(7 * daySeconds),
    })

  const orderPage = (doctor: Visitor, patient: Actor) => doctor.open(`#/patients/${patient.account}/order`)

  /** Orders potassium, with everything that the page asks for. */
  async function orderPotassium(doctor: Visitor, patient: Actor): Promise<void> {
    await orderPage(doctor, patient)
    await doctor.page.getByLabel('Potassium').check()
    await doctor.page.getByLabel('Which laboratory does it?').selectOption({ label: 'City Hospital' })
    await doctor.button('Sign and order 1 test').click()
  }

  /** What this doctor ordered, in the list that the laboratory's technicians share. */
  const orderedRow = (technician: Visitor, doctor: string) =>
    technician.page
      .getByRole('region', { name: 'Ordered from your laboratory' })
      .getByRole('link')
      .filter({ hasText: `from Dr ${doctor}` })

  async function openOrder(technician: Visitor, doctor: string): Promise<void> {
    // Two addresses in one turn of a busy page are one to it, and nothing is looked at anew.
    await technician.open('#/more')
    await technician.settle()
    await technician.link('Worklist').click()
    await orderedRow(technician, doctor).click()
    await technician.heading('Answer an order').waitFor()
  }

  for (const { size, manner, options } of manners)
    test(`[R18] ordered from the chart, answered by the laboratory, new to the doctor, plain to the patient, ${manner}`, async () => {
      const { doctor, technician } = await colleagues(options, `Mehta ${size}`)
      const { visitor: ana, account } = await newcomer(stage, { viewport: options.viewport })
      await fileAnasChart(stage, account, 30)
      await shareByDevice(ana, doctor, technician)
      const { page } = doctor
      await doctor.open(`#/patients/${account}`)
      await doctor.tap(doctor.link('Order a test'))
      await doctor.heading('Order laboratory tests').waitFor()
      await doctor.tap(doctor.button('Sign and order 0 tests'))
      await page.getByText('Choose at least one test, or name one.').waitFor()
      await doctor.assertAccessible('an order that is not complete')
      await doctor.tap(page.getByLabel('Potassium'))
      await doctor.tap(page.getByLabel('Creatinine (kidneys)'))
      await doctor.tap(page.getByLabel('Urgent'))
      await doctor.type(page.getByLabel(/^Why\?/), 'Takes a diuretic')
      await page.getByLabel('Which laboratory does it?').selectOption({ label: 'City Hospital' })
      await doctor.assertAccessible('an order')
      await doctor.shoot(`app-order-${size}`, { documented: size === 'phone' })
      await doctor.tap(doctor.button('Sign and order 2 tests'))
      await page.getByText('Signed and ordered.').waitFor()
      await doctor.tap(doctor.link('Open chart'))
      const ordered = page.getByRole('region', { name: 'Ordered tests' })
      await ordered.getByRole('link', { name: /Potassium[\s\S]*Ordered, awaited/ }).waitFor()
      await doctor.assertAccessible('a chart with an order')
      await doctor.shoot(`app-ordered-chart-${size}`, { fullPage: false })
      await doctor.link('Patients').click()
      await ordered.getByText(/awaited/).waitFor()

      // The laboratory: what was ordered, and results for it.
      await technician.open('#/more')
      await technician.settle()
      await technician.link('Worklist').click()
      await technician.page.getByText(`from Dr Mehta ${size}`, { exact: false }).waitFor()
      await technician.assertAccessible('a worklist with an order')
      await technician.shoot(`app-worklist-ordered-${size}`)
      await technician.tap(orderedRow(technician, `Mehta ${size}`))
      await technician.heading('Answer an order').waitFor()
      const what = technician.page.getByRole('region', { name: 'Ordered tests' })
      await what.getByText('Takes a diuretic').waitFor()
      assert.equal(await what.getByText('Urgent').count(), 2)
      for (const [number, value] of [
        [1, '5,9'],
        [2, '1.1'],
      ] as const) {
        const result = technician.page.getByRole('region', { name: `Result ${number}` })
        await technician.type(result.getByLabel('Value'), value)
      }
      await technician.assertAccessible('answering an order')
      await technician.shoot(`app-answer-order-${size}`, { documented: size === 'desktop' })
      await technician.tap(technician.button('Sign and file 2 results'))
      await technician.page.getByText('Signed and filed.').waitFor()
      await technician.tap(technician.link('Back to the list'))
      await orderedRow(technician, `Mehta ${size}`).waitFor({ state: 'detached' })

      // It comes to the doctor's day by itself.
      await ordered.getByText('New result').waitFor()
      await doctor.assertAccessible('a day with a new result')
      await doctor.shoot(`app-new-result-${size}`, { documented: size === 'phone', fullPage: false })
      await ordered.getByRole('link').click()
      const row = ordered.getByRole('link', { name: /Potassium[\s\S]*Ordered, done/ })
      await row.waitFor()
      await page.getByRole('region', { name: 'Latest results' }).getByText('5.9 mmol/L').waitFor()
      await row.click()
      await page.getByRole('region', { name: 'What came of it' }).getByText('5.9 mmol/L').waitFor()
      assert.equal(await doctor.button('Withdraw this order').count(), 0)
      await doctor.button('Check that nobody changed it').click()
      await page.getByText(/^Unchanged since/).waitFor()
      await doctor.assertAccessible('an order that was answered')
      await doctor.shoot(`app-order-answered-${size}`)
      await doctor.link('Patients').click()
      await doctor.heading('Today').waitFor()
      await ordered.waitFor({ state: 'detached' })

      // In the patient's own words.
      await ana.comeAgain()
      const plain = ana.page.getByRole('link', { name: /Ordered test\s[\s\S]*Potassium[\s\S]*Ordered, done/ })
      await plain.waitFor()
      await ana.shoot(`app-ordered-patient-${size}`)
      await plain.click()
      await ana.page.getByText('Takes a diuretic').waitFor()
      await ana.page.getByRole('region', { name: 'What came of it' }).getByRole('link').click()
      await ana.page.getByRole('region', { name: 'Ordered before' }).waitFor()
      await ana.assertAccessible('a result that was ordered')
      await ana.page.getByRole('region', { name: 'Ordered before' }).waitFor()
      for (const visitor of [doctor, technician, ana]) {
        visitor.assertQuiet()
        await visitor.close()
      }
    })

  for (const { size, manner, options } of manners)
    test(`[R19] two technicians find it: one answers, the other’s page says who; another hospital’s sees nothing, ${manner}`, async () => {
      const { city, lakeside } = stage.world
      const { doctor, technician: lina } = await colleagues(options, `Shared ${size}`)
      const ravi = await Visitor.at(stage, city, options)
      await ravi.join(
        (await inviteMember(city.actor, { role: 'lab technician', name: 'Ravi Shared' })).secret,
      )
      const stranger = await Visitor.at(stage, lakeside, options)
      await stranger.join(
        (await inviteMember(lakeside.actor, { role: 'lab technician', name: 'Far' })).secret,
      )
      const patient = await stage.world.newPatient()
      const account = await doctor.account()
      await doctor.tap(doctor.link('Patients'))
      await doctor.heading('Today').waitFor()
      const [doctorHears, linaHears, raviHears] = await Promise.all(
        [doctor, lina, ravi].map((visitor) => visitor.listen()),
      )
      await shareWith(patient, account)
      await doctor.link(new RegExp(`Patient ${patient.account.slice(2, 8)}`)).waitFor()
      assert.ok((await doctorHears!()).said.includes('A patient shares with you now'))
      // The laboratory's hospital as a whole: who is on shift is its own matter.
      await shareWith(patient, city.actor.account)
      // Nobody has filed anything yet: the first of it is written from the chart's own page.
      await doctor.open(`#/patients/${patient.account}`)
      await doctor.page.getByText('There is nothing yet in what the patient shares with you.').waitFor()
      await doctor.link('Write a note').waitFor()
      assert.ok((await doctorHears!()).said.includes('Opening the chart on this device ...'))
      await doctor.assertAccessible('a chart with nothing in it')
      await doctor.shoot(`app-empty-chart-${size}`)
      await doctor.tap(doctor.link('Order a test'))
      await doctor.page.getByText('Every technician there finds the order in the list').waitFor()
      await doctor.tap(doctor.page.getByLabel('Potassium'))
      await doctor.tap(doctor.page.getByLabel('Creatinine (kidneys)'))
      await doctor.select(doctor.page.getByLabel('Which laboratory does it?'), 'City Hospital')
      await doctor.assertAccessible('an order to a laboratory')
      await doctor.shoot(`app-order-laboratory-${size}`)
      await doctor.tap(doctor.button('Sign and order 2 tests'))
      await doctor.page.getByText('Signed and ordered.').waitFor()
      assert.match((await doctorHears!()).said.at(-1)!, /^Signed and ordered\./)
      await doctor.tap(doctor.link('Open chart'))
      await doctor.page.getByRole('link', { name: /Potassium[\s\S]*Ordered, awaited/ }).waitFor()
      await doctor.tap(doctor.link('Patients'))

      // It comes to both lists by itself, and to nobody else's.
      for (const technician of [lina, ravi]) await orderedRow(technician, `Shared ${size}`).waitFor()
      for (const hears of [linaHears, raviHears])
        assert.ok((await hears!()).said.includes('There is something new to do'))
      await ravi.shoot(`app-worklist-shared-${size}`)
      for (const technician of [lina, ravi]) {
        await technician.tap(orderedRow(technician, `Shared ${size}`))
        await technician.page.getByRole('region', { name: 'Result 2' }).waitFor()
      }
      const order = new URL(ravi.page.url()).hash
      await lina.tap(
        lina.page.getByRole('region', { name: 'Result 2' }).getByRole('button', { name: 'Remove' }),
      )
      await lina.type(lina.page.getByLabel('Value'), '5.9')
      await lina.tap(lina.button('Sign and file 1 result'))
      await lina.page.getByText('Signed and filed.').waitFor()
      await ravi.type(ravi.page.getByRole('region', { name: 'Result 2' }).getByLabel('Value'), '1.1')
      const what = ravi.page.getByRole('region', { name: 'Ordered tests' })

      // What is left of it is there for the other, also anew.
      await lina.open('#/more')
      await lina.settle()
      await lina.open(order)
      await lina.page.getByText('Done by you').waitFor()
      await lina.type(lina.page.getByLabel('Value'), '1.2')
      await lina.assertAccessible('an order that is half done')
      await lina.shoot(`app-order-half-${size}`)
      await lina.tap(lina.button('Sign and file 1 result'))
      await lina.page.getByText('Signed and filed.').waitFor()
      await ravi.page.getByRole('alert').getByText(`Already answered by Lina Shared ${size}`).waitFor()
      await ravi.page.getByText('Nothing that you entered was filed.').waitFor()
      await what.waitFor({ state: 'detached' })
      assert.match((await raviHears!()).alerts.join(), /^Already answered by Lina/)
      const awaited = doctor.page.getByRole('region', { name: 'Ordered tests' })
      await awaited.getByText('New result').waitFor()
      assert.ok((await doctorHears!()).said.includes('New result'))
      await ravi.assertAccessible('an order that a colleague answered')
      await ravi.shoot(`app-order-taken-${size}`)
      await ravi.tap(ravi.link('Back to the list'))
      await orderedRow(ravi, `Shared ${size}`).waitFor({ state: 'detached' })
      assert.equal((await bodiesOf(patient)).length, 4)

      await stranger.page.getByText('No signature is missing.').waitFor()
      await stranger.open(order)
      await stranger.page.getByText('You cannot see what was ordered').waitFor()
      await stranger.assertAccessible('another laboratory’s order')
      for (const visitor of [doctor, lina, ravi]) {
        visitor.assertQuiet()
        await visitor.close()
      }
      await stranger.close()
    })

  test('[R18] withdrawn while the laboratory works on it: nothing is filed, and nobody awaits it any more', async () => {
    const { doctor, technician } = await colleagues({ viewport: phone }, 'Withdrawn')
    const patient = await stage.world.newPatient()
    await share(patient, doctor, technician)
    await orderPotassium(doctor, patient)
    await doctor.link('Open chart').click()
    await openOrder(technician, 'Withdrawn')
    await doctor.page.getByRole('link', { name: /Potassium/ }).click()
    await doctor.button('Withdraw this order').click()
    await doctor.assertAccessible('before an order is withdrawn')
    await doctor.shoot('app-order-withdraw-phone')
    await doctor.button('Yes, withdraw it').click()
    await doctor.page.getByText('Withdrawn. Nobody does it any more.').waitFor()

    await technician.page.getByLabel('Value').fill('5.9')
    await technician.button('Sign and file 1 result').click()
    await technician.page.getByText('This order was withdrawn meanwhile').waitFor()
    await technician.page.getByText('Nothing that you entered was filed.').waitFor()
    await technician.assertAccessible('an order that was withdrawn')
    await technician.shoot('app-answer-withdrawn-phone')
    await technician.link('Back to the list').click()
    await technician.heading(/^Laboratory$/).waitFor()
    await orderedRow(technician, 'Withdrawn').waitFor({ state: 'detached' })
    assert.deepEqual(
      (await bodiesOf(patient)).map(({ resourceType }) => resourceType),
      ['ServiceRequest'],
    )
    await doctor.link('Patients').click()
    await doctor.heading('Today').waitFor()
    assert.equal(await doctor.page.getByRole('region', { name: 'Ordered tests' }).count(), 0)
    await doctor.open(`#/patients/${patient.account}`)
    await doctor.page.getByRole('link', { name: /Potassium[\s\S]*Withdrawn/ }).waitFor()
    await doctor.close()
    await technician.close()
  })

  test('[R18] attack: an order is answered by the patient, in another chart, or for another patient', async () => {
    const { doctor, technician } = await colleagues({ viewport: desktop }, 'Attacked')
    const [ana, ravi] = [await stage.world.newPatient(), await stage.world.newPatient()]
    await share(ana, doctor, technician)
    await share(ravi, doctor, technician)
    await orderPotassium(doctor, ana)
    await doctor.page.getByText('Signed and ordered.').waitFor()
    const [order] = await bodiesOf(ana)
    const answer = pdfReport('Not ordered', String(order!['record']))
    await fileOwnRecords(ana, { records: recordsOfChart([answer]) })
    await file(await stage.world.newMember(stage.world.city, 'lab technician'), ravi.account, [answer])
    // The page of the laboratory would say another patient's account than the order's.
    await openOrder(technician, 'Attacked')
    await technician.page.evaluate((account) => {
      const post = Worker.prototype.postMessage as (this: Worker, ...args: unknown[]) => void
      Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
        const [asked] = args as [{ args: { results?: unknown; patient?: string }[] }]
        if (asked.args[0]?.results) asked.args[0].patient = account
        post.apply(this, args)
      } as typeof Worker.prototype.postMessage
    }, ravi.account)
    await technician.page.getByLabel('Value').fill('5.9')
    await technician.button('Sign and file 1 result').click()
    await technician.page.getByText('Nothing was filed. What you entered is still here.').waitFor()
    assert.equal((await bodiesOf(ravi)).length, 1)

    await doctor.open(`#/patients/${ravi.account}`)
    await doctor.page.getByText('Not ordered').waitFor()
    assert.equal(await doctor.page.getByRole('region', { name: 'Ordered tests' }).count(), 0)
    await doctor.open(`#/patients/${ana.account}`)
    const ordered = doctor.page.getByRole('region', { name: 'Ordered tests' })
    await ordered.getByRole('link', { name: /Potassium[\s\S]*Ordered, awaited/ }).waitFor()
    await doctor.close()
    await technician.close()
  })

  test('[C7] an order by a hospital that may not file, and by somebody who does not treat: refused, and nothing is ordered', async () => {
    const { lakeside } = stage.world
    const { doctor, technician } = await colleagues({ viewport: phone }, 'Refused')
    const patient = await stage.world.newPatient()
    const stranger = await Visitor.at(stage, lakeside)
    await stranger.join(await inviteDoctor(lakeside, 'Dr Far Away'))
    await share(patient, stranger)
    await orderPage(stranger, patient)
    await stranger.page.getByLabel('Potassium').check()
    await stranger.page.getByLabel('Which laboratory does it?').selectOption('')
    await stranger.button('Sign and order 1 test').click()
    await stranger.page.getByText('Choose which laboratory does it.').waitFor()
    await orderPotassium(stranger, patient)
    await stranger.page.getByText('The patient did not let your hospital file here').waitFor()
    await stranger.page.getByText('Nothing was ordered. What you entered is still here.').waitFor()
    await stranger.assertAccessible('an order that was refused')
    await stranger.shoot('app-order-refused-phone')
    const { technician: other } = await colleagues({ viewport: phone }, 'Elsewhere')
    await orderPotassium(technician, patient)
    await technician.page.getByText('You may not do that').waitFor()
    assert.deepEqual(await bodiesOf(patient).catch(() => []), [])
    for (const visitor of [doctor, technician, stranger, other]) await visitor.close()
  })

  test('a connection that is lost: whether it was ordered and filed is said, and nothing is filed twice', async () => {
    const { doctor, technician } = await colleagues({ viewport: phone }, 'Broken')
    const patient = await stage.world.newPatient()
    await share(patient, doctor, technician)
    const lose = (visitor: Visitor, path: string) =>
      visitor.page.context().route(path, (route) => route.abort('connectionfailed'))
    await lose(doctor, '**/v1/blobs/**')
    await orderPotassium(doctor, patient)
    await doctor.page.getByText('Nothing was ordered. What you entered is still here.').waitFor()
    await doctor.page.context().unroute('**/v1/blobs/**')
    // It arrives, and the answer does not.
    await doctor.page.context().route('**/v1/batches', async (route) => {
      await route.fetch()
      await route.abort('connectionreset')
    })
    await doctor.button('Sign and order 1 test').click()
    await doctor.page.getByText('Nobody can say from here whether it was ordered.').waitFor()
    await doctor.page.getByText('Look at the list and the chart in a minute.', { exact: false }).waitFor()
    await doctor.assertAccessible('an order that may be there')
    assert.ok(await doctor.page.getByLabel('Potassium').isChecked())

    // So do the results: the laboratory's server filed them, and knows by whom.
    await openOrder(technician, 'Broken')
    await technician.page.context().route('**/v1/batches', async (route) => {
      await route.fetch()
      await route.abort('connectionreset')
    })
    await technician.page.getByLabel('Value').fill('5.9')
    await technician.button('Sign and file 1 result').click()
    await technician.page.getByText('You have answered this order on').waitFor()
    await technician.page.getByText('There is nothing left to do.').waitFor()
    await technician.assertAccessible('an order that one answered')
    assert.equal((await bodiesOf(patient)).length, 2)
    await technician.link('Back to the list').click()
    await technician.heading(/^Laboratory$/).waitFor()
    await orderedRow(technician, 'Broken').waitFor({ state: 'detached' })
    await doctor.close()
    await technician.close()
  })

  test('[R18] a report as a PDF answers the whole order; the patient saves it', async () => {
    const { doctor, technician } = await colleagues({ viewport: phone }, 'Report')
    const { visitor: ana, account } = await newcomer(stage)
    await fileAnasChart(stage, account, 30)
    await shareByDevice(ana, doctor, technician)
    await doctor.open(`#/patients/${account}/order`)
    await doctor.page.getByLabel('Another test, in words').fill('Malaria, rapid test')
    await doctor.page.getByLabel('Which laboratory does it?').selectOption({ label: 'City Hospital' })
    await doctor.button('Sign and order 1 test').click()
    await doctor.page.getByText('Signed and ordered.').waitFor()
    await openOrder(technician, 'Report')
    await technician.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'Report 17.pdf', mimeType: 'application/pdf', buffer: pdf })
    assert.equal(await technician.page.getByLabel('What is the report called?').inputValue(), 'Report 17')
    await technician.assertAccessible('a report for an order')
    await technician.button('Sign and file the report').click()
    await technician.page.getByText('Signed and filed. The patient can see it now.').waitFor()
    await technician.link('Back to the list').click()
    await orderedRow(technician, 'Report').waitFor({ state: 'detached' })
    await ana.comeAgain()
    await ana.page.getByRole('link', { name: /Malaria, rapid test[\s\S]*Ordered, done/ }).waitFor()
    await ana.page.getByRole('link', { name: /Report 17/ }).click()
    const saving = ana.page.waitForEvent('download')
    await ana.button('Open the document').click()
    assert.equal((await saving).suggestedFilename(), 'Report-17.pdf')
    await ana.assertAccessible('a report')
    await ana.shoot('app-report-phone')
    for (const visitor of [doctor, technician, ana]) {
      visitor.assertQuiet()
      await visitor.close()
    }
  })

  /** A patient shares her laboratory results from her own device. */
  async function shareByDevice(patient: Visitor, ...readers: readonly Visitor[]): Promise<void> {
    for (const reader of readers) {
      await patient.open(`#/share/${await reader.account()}`)
      await patient.button('Yes, share this').click()
      await patient.page.getByText(/^Done\./).waitFor()
      await patient.link('Records').click()
    }
  }
})
