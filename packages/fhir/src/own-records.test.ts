import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostile } from '@hre/testkit'
import fc from 'fast-check'
import { classify } from './classify/classify.ts'
import {
  ownDocumentKinds,
  ownDocumentOf,
  ownDocumentTypeOf,
  ownDocumentTypes,
  ownMeasurementFault,
  ownMeasurementOf,
  ownMeasurements,
  ownTitle,
  type OwnMeasurement,
  type OwnMeasurementKind,
} from './own-records.ts'
import { parseResource } from './validate.ts'

const kinds = Object.keys(ownMeasurements) as OwnMeasurementKind[]
const takenAt = '2026-11-21T07:30:00+05:30'
const document = {
  kind: 'letter',
  title: 'Discharge letter',
  date: '2026-03-01',
  contentType: 'application/pdf',
  bytes: Uint8Array.of(1, 2, 3),
} as const

/** One measurement in each unit, in the middle of what can be. */
const examples: OwnMeasurement[] = kinds.flatMap((kind) =>
  ownMeasurements[kind].units.map(({ unit, low, high }) => ({
    kind,
    unit,
    value: (low + high) / 2,
    second: kind === 'blood-pressure' ? 80 : null,
    takenAt,
  })),
)

test('every measurement in every unit is valid R4 and belongs to the vital signs', async () => {
  assert.equal(examples.length, 9)
  for (const example of examples) {
    const observation = await parseResource(ownMeasurementOf(example))
    assert.equal(classify(observation).compartment, 'vitals', example.kind)
  }
})

test('a blood pressure has two parts, in millimetres of mercury by UCUM', () => {
  const { component, valueQuantity } = ownMeasurementOf({
    kind: 'blood-pressure',
    value: 128,
    second: 82,
    unit: 'mmHg',
    takenAt,
  })
  assert.equal(valueQuantity, undefined)
  assert.deepEqual(
    component?.map((part) => [
      part.code.coding![0]!.code,
      part.valueQuantity!.value,
      part.valueQuantity!.code,
    ]),
    [
      ['8480-6', 128, 'mm[Hg]'],
      ['8462-4', 82, 'mm[Hg]'],
    ],
  )
})

test('sugar in another unit is another observation, as LOINC has it', () => {
  const codeIn = (unit: string, value: number) =>
    ownMeasurementOf({ kind: 'blood-sugar', value, second: null, unit, takenAt }).code.coding![0]!.code
  assert.deepEqual([codeIn('mg/dL', 99), codeIn('mmol/L', 5.5)], ['41653-7', '14743-9'])
})

test('the edges are inside, what is beyond them is nobody’s value, and numbers that are none are refused', () => {
  for (const { kind, unit, second } of examples) {
    const { low, high } = ownMeasurements[kind].units.find((row) => row.unit === unit)!
    const fault = (value: number) => ownMeasurementFault({ kind, unit, value, second })
    assert.notEqual(fault(low), 'outside')
    assert.equal(fault(high), undefined)
    for (const value of [low - 0.1, high + 0.1, -1, 0, NaN, Infinity]) {
      assert.equal(fault(value), 'outside', `${kind} ${value}`)
      assert.throws(() => ownMeasurementOf({ kind, unit, value, second, takenAt }), RangeError)
    }
  }
})

test('a blood pressure whose values were swapped, or of which one is missing, is refused', () => {
  const fault = (value: number, second: number | null) =>
    ownMeasurementFault({ kind: 'blood-pressure', unit: 'mmHg', value, second })
  assert.equal(fault(80, 120), 'order')
  assert.equal(fault(80, 80), 'order')
  assert.equal(fault(120, null), 'second-outside')
  assert.equal(fault(120, 10), 'second-outside')
  assert.equal(fault(120, 80), undefined)
})

test('a unit that the measurement does not have is refused', () => {
  assert.throws(
    () => ownMeasurementOf({ kind: 'pulse', value: 70, second: null, unit: 'kg', takenAt }),
    RangeError,
  )
})

test('a document of every kind and type is valid R4 and belongs to the documents', async () => {
  for (const kind of Object.keys(ownDocumentKinds) as (keyof typeof ownDocumentKinds)[])
    for (const contentType of ownDocumentTypes) {
      const resource = await parseResource(ownDocumentOf({ ...document, kind, contentType }))
      assert.equal(classify(resource).compartment, 'documents')
    }
})

test('bytes come back as they were, more than a call takes arguments', () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) & 0xff)
  const { data } = ownDocumentOf({ ...document, bytes }).content[0]!.attachment
  assert.deepEqual(new Uint8Array(Buffer.from(data!, 'base64')), bytes)
})

test('attack: a title that is markup, a path, a script or odd Unicode is one line of text, and valid', async () => {
  for (const title of [
    ...Object.values(hostile.awkwardTexts),
    '<img src=x onerror=alert(1)>',
    '../../x.pdf',
  ]) {
    const shown = ownTitle(title)
    if (shown === '') {
      assert.throws(() => ownDocumentOf({ ...document, title }), RangeError)
      continue
    }
    const resource = await parseResource(ownDocumentOf({ ...document, title })).catch((error: unknown) => {
      throw new Error(JSON.stringify(title), { cause: error })
    })
    assert.equal((resource as ReturnType<typeof ownDocumentOf>).type!.text, shown)
    assert.doesNotMatch(shown, /[\n\r\0]/)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
      const shown = ownTitle(title)
      return shown.isWellFormed() && [...shown].length <= 120 && ownTitle(shown) === shown
    }),
  )
})

test('attack: a file that says by its name what it is not. Its bytes decide', () => {
  const bytesOf = (text: string) => new TextEncoder().encode(text)
  assert.equal(ownDocumentTypeOf(bytesOf('%PDF-1.7 ...')), 'application/pdf')
  assert.equal(ownDocumentTypeOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), 'image/jpeg')
  assert.equal(
    ownDocumentTypeOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0)),
    'image/png',
  )
  const others = ['<svg onload="alert(1)">', '<html>', 'GIF89a', 'PK', 'MZ', ' %PDF-1.7', '']
  for (const other of others) assert.equal(ownDocumentTypeOf(bytesOf(other)), undefined, other)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const type = ownDocumentTypeOf(bytes)
      return type === undefined || ownDocumentTypes.includes(type)
    }),
  )
})
