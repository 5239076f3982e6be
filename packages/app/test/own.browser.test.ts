import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ownMeasurementOf, type DocumentReference } from '@hre/fhir'
import { compartmentIds, fileOwnRecords, grantAccess, recordsOfChart } from '@hre/sdk'
import { inSeconds } from '../../exchange/test/world.ts'
import { desktop, file, inviteDoctor, newcomer, pdf, skip, startStage, type Stage, Visitor } from './stage.ts'

const place = 'GPS 31.6340 N 74.8723 E'

/** The same JPEG with a segment in which phones write where it was taken (APP1). */
function withPlace(jpeg: Buffer): Buffer {
  const words = Buffer.from(`Exif\0\0${place}`)
  const head = Buffer.from([0xff, 0xe1, 0, words.length + 2])
  return Buffer.concat([jpeg.subarray(0, 2), head, words, jpeg.subarray(2)])
}

/** Runs in the page: what it hands to the keeper is kept, so that it can be looked at. */
function keepWhatIsPosted(): void {
  const post = Worker.prototype.postMessage as (this: Worker, ...args: unknown[]) => void
  const posted: unknown[] = []
  Object.assign(globalThis, { posted })
  Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
    posted.push(args[0])
    post.apply(this, args)
  } as typeof Worker.prototype.postMessage
}

/** Runs in the page: bytes of the document that was added, a character each. */
function documentPosted(): string {
  const { posted } = globalThis as unknown as { posted: { args: { document?: { bytes: Uint8Array } }[] }[] }
  const { bytes } = posted.flatMap(({ args }) => args[0]?.document ?? [])[0]!
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

describe('what patients add to their own records', { skip }, () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  async function newcomerAtHome(options: Parameters<typeof newcomer>[1] = {}): Promise<Visitor> {
    const { visitor } = await newcomer(stage, options)
    await visitor.tap(visitor.link('Records'))
    return visitor
  }
  async function addPressure(visitor: Visitor, upper: string, lower: string): Promise<void> {
    await visitor.type(visitor.page.getByLabel('Upper value'), upper)
    await visitor.type(visitor.page.getByLabel('Lower value'), lower)
    await visitor.tap(visitor.button('Add'))
  }
  const choose = (visitor: Visitor, name: string, buffer: Buffer, mimeType: string) =>
    visitor.page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer })

  test('a measurement and a photo of a letter, on a phone: added, seen, proven, and one taken away', async () => {
    const visitor = await newcomerAtHome()
    const { page } = visitor
    await page.evaluate(keepWhatIsPosted)
    await visitor.tap(visitor.link('Add'))
    await visitor.heading('Add to my records').waitFor()
    await visitor.assertAccessible('add a measurement')
    await visitor.shoot('app-add-measurement-phone')

    await addPressure(visitor, '12', '82')
    await page.getByText('Give a number from 50 to 300 mmHg. Look at what you typed.').waitFor()
    await addPressure(visitor, '82', '128')
    await page.getByText('The lower value is smaller than the upper one.').waitFor()
    await visitor.assertAccessible('a slip of the finger')
    await addPressure(visitor, '१२८', '82')
    await page.getByText('Added to your records.').waitFor()
    await visitor.assertAccessible('added')
    await visitor.tap(visitor.button('Add something else'))
    await visitor.choose('A document')
    await visitor.assertAccessible('add a document')
    await visitor.button('Add').click()
    await page.getByText('Choose a photo or a file.').waitFor()
    await page.getByText('Give it a name by which').waitFor()
    await choose(
      visitor,
      'Letter of March.jpg',
      withPlace(await page.screenshot({ type: 'jpeg' })),
      'image/jpeg',
    )
    await page.getByText('Chosen: Letter of March').waitFor()
    assert.equal(await page.getByLabel('What is it called?').inputValue(), 'Letter of March')
    await page.getByLabel('From which day is it?').fill('2026-03-01')
    await visitor.shoot('app-add-document-phone')
    await visitor.button('Add').click()
    await page.getByText('Added to your records.').waitFor()
    const photo = await page.evaluate(documentPosted)
    assert.ok(photo.length > 1_000 && photo.startsWith('\xff\xd8\xff') && !photo.includes(place))
    await visitor.link('Back to my records').click()

    const row = page.getByRole('link', { name: /Letter of March/ })
    await row.waitFor()
    assert.match(await row.innerText(), /Added by you/)
    assert.match(
      await page.getByRole('link', { name: /Blood pressure/ }).innerText(),
      /Added by you[\s\S]*128\/82/,
    )
    await visitor.assertAccessible('the records with what was added')
    await visitor.shoot('app-added-phone')
    await row.click()
    await visitor.button('Open the document').click()
    await page.getByRole('img', { name: 'Letter of March' }).waitFor()
    await visitor.button('Check that nobody changed it').click()
    await page
      .getByText(/Added by the patient, and signed by nobody else\. City Hospital keeps the file/)
      .waitFor()
    await visitor.assertAccessible('a document of one’s own')
    await visitor.shoot('app-added-document-phone')

    await visitor.button('Remove this').click()
    await visitor.assertAccessible('before it is removed')
    await visitor.button('Yes, remove it').click()
    await visitor.heading('Your records').waitFor()
    await row.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /Blood pressure/ }).waitFor()
    visitor.assertQuiet()
    await visitor.close()
  })

  test('by the keys alone, on a large screen', async () => {
    const visitor = await newcomerAtHome({ hasKeysOnly: true, viewport: desktop })
    const { page } = visitor
    await visitor.tap(visitor.link('Add'))
    await addPressure(visitor, '131', '84')
    await page.getByText('Added to your records.').waitFor()
    await visitor.tap(visitor.link('Back to my records'))
    await visitor.shoot('app-added-desktop')
    await visitor.tap(page.getByRole('link', { name: /Blood pressure/ }))
    await visitor.assertAccessible('a measurement of one’s own')
    await visitor.tap(visitor.button('Remove this'))
    await visitor.tap(visitor.button('Yes, remove it'))
    await page.getByRole('link', { name: /Blood pressure/ }).waitFor({ state: 'detached' })
    await page.getByText('There is nothing here yet.').waitFor()
    await visitor.close()
  })

  test('a doctor sees who said so, and a line over time of one unit', async () => {
    const { world } = stage
    const doctor = await Visitor.at(stage, world.lakeside, { viewport: desktop })
    await doctor.join(await inviteDoctor(world.lakeside, 'Dr Osei'))
    const patient = await world.newPatient()
    const weighed = (value: number, unit: 'kg' | 'lb', day: string) =>
      ownMeasurementOf({ kind: 'weight', value, second: null, unit, takenAt: `${day}T08:00:00+05:30` })
    await fileOwnRecords(patient, {
      records: recordsOfChart([
        weighed(71, 'kg', '2026-01-01'),
        weighed(70, 'kg', '2026-02-01'),
        weighed(154, 'lb', '2026-03-01'),
        weighed(69, 'kg', '2026-04-01'),
      ]),
    })
    await grantAccess(patient, {
      reader: await doctor.account(),
      compartments: Object.values(compartmentIds(patient)),
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    await doctor.comeAgain(`#/patients/${patient.account}`)
    const row = doctor.page.getByRole('link', { name: /Weight/ })
    await row.waitFor()
    assert.match(await row.innerText(), /Added by the patient/)
    await doctor.assertAccessible('the chart with what the patient added')
    await doctor.shoot('app-added-doctor-desktop')
    await row.click()
    await doctor.page.getByRole('img', { name: 'Weight: 3 values over time' }).waitFor()
    await doctor.page.getByRole('cell', { name: 'Added by the patient' }).waitFor()
    assert.equal(await doctor.button('Remove this').count(), 0)
    await doctor.assertAccessible('a measurement that the patient added')
    doctor.assertQuiet()
    await doctor.close()
  })

  test('attack: a file whose name or contents want to be more than a document', async () => {
    const visitor = await newcomerAtHome()
    const { page } = visitor
    await visitor.open('#/add')
    await visitor.choose('A document')
    const script = Buffer.from('<html><script>alert(1)</script></html>')
    await choose(visitor, 'photo.jpg', script, 'image/jpeg')
    await page.getByText(/Only photos \(JPEG, PNG\) and PDF files can be added/).waitFor()
    await choose(visitor, 'photo.png', Buffer.from('89504e470d0a1a0a00', 'hex'), 'image/png')
    await page.getByText('This picture cannot be read.').waitFor()
    await choose(visitor, 'large.pdf', Buffer.concat([pdf, Buffer.alloc(10_000_000)]), 'application/pdf')
    await page.getByText('This file is too large.').waitFor()
    const name = '<img src=x onerror=alert(1)>'
    await choose(visitor, `${name}.pdf`, pdf, 'application/pdf')
    await page.getByText(`Chosen: ${name}`).waitFor()
    await visitor.button('Add').click()
    await visitor.link('Back to my records').click()
    const row = page.getByRole('link', { name: 'img src=x' })
    await row.waitFor()
    assert.equal(await page.locator('img[src=x]').count(), 0)
    await row.click()
    const saving = page.waitForEvent('download')
    await visitor.button('Open the document').click()
    assert.equal((await saving).suggestedFilename(), 'img-src-x-onerror-alert-1.pdf')
    visitor.assertQuiet()
    await visitor.close()
  })

  test('attack: a record says that a web page is a picture', async () => {
    const { world } = stage
    const { visitor, account } = await newcomer(stage)
    const { page } = visitor
    const technician = await world.newMember(world.city, 'lab technician')
    const lying: DocumentReference = {
      resourceType: 'DocumentReference',
      status: 'current',
      type: { text: 'A lie' },
      content: [
        {
          attachment: {
            contentType: 'image/png',
            data: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>').toString(
              'base64',
            ),
          },
        },
      ],
    }
    await file(technician, account, [lying])
    await visitor.comeAgain()
    await page.getByRole('link', { name: /A lie/ }).click()
    await visitor.button('Open the document').click()
    await page.getByText('This cannot be shown safely').waitFor()
    assert.equal(await page.locator('canvas, svg[onload]').count(), 0)
    visitor.assertQuiet()
    await visitor.close()
  })

  test('a connection that is lost: whether anything was saved is said, and what was typed is still there', async () => {
    const visitor = await newcomerAtHome()
    const { page } = visitor
    const context = page.context()
    await visitor.tap(visitor.link('Add'))
    const refuse = (pattern: string) => context.route(pattern, (route) => route.abort('connectionfailed'))
    await refuse('**/v1/own-blobs/**')
    await addPressure(visitor, '140', '90')
    await page.getByText('Nothing was added. What you entered is still here.').waitFor()
    await visitor.assertAccessible('nothing was added')
    await context.unroute('**/v1/own-blobs/**')
    // It arrives, and the answer does not.
    await context.route('**/v1/own-batches', async (route) => {
      await route.fetch()
      await route.abort('connectionreset')
    })
    await visitor.button('Add').click()
    await page.getByText('Nobody can say from here whether it was added.').waitFor()
    await page.getByText('Look in your records in a minute.').waitFor()
    assert.equal(await page.getByLabel('Upper value').inputValue(), '140')
    await context.unroute('**/v1/own-batches')
    await visitor.link('Records').click()
    await page.getByRole('link', { name: /Blood pressure/ }).waitFor()
    await visitor.close()
  })
})
