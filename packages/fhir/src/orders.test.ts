import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from './classify/classify.ts'
import { laboratoryReportOf } from './laboratory-report.ts'
import { isLaboratoryOrder, laboratoryOrderOf, orderPriorities, referenceToOrder } from './orders.ts'
import type { Resource } from './types.ts'
import { parseResource } from './validate.ts'

const record = `0x${'ab'.repeat(32)}`
const authoredOn = '2026-11-21T07:30:00+05:30'
const report = {
  title: 'Report 17',
  takenAt: authoredOn,
  issued: authoredOn,
  contentType: 'application/pdf',
  bytes: Uint8Array.of(1, 2, 3),
} as const

test('[R18] an order is valid R4 and belongs to the laboratory’s part, also in words alone', async () => {
  for (const priority of orderPriorities)
    for (const [test, reason, requester] of [
      [{ code: '2823-3', title: 'Potassium' }, 'Takes a diuretic', 'Dr Mehta'],
      [{ code: null, title: 'Malaria, rapid test' }, '', null],
    ] as const) {
      const order = await parseResource(laboratoryOrderOf({ test, priority, reason, authoredOn, requester }))
      assert.deepEqual(classify(order), { compartment: 'labs', sensitivity: 3, kind: 'resource' })
      assert.ok(isLaboratoryOrder(order))
    }
})

test('[R18] a report as a document is valid R4, names its orders and belongs to the laboratory’s part', async () => {
  const answering = laboratoryReportOf({ ...report, basedOn: [referenceToOrder(record)] })
  const { basedOn, presentedForm } = answering
  await parseResource(answering)
  assert.equal(basedOn?.[0]?.identifier?.value, record)
  assert.equal(presentedForm?.[0]?.data, 'AQID')
  assert.equal(classify(answering).compartment, 'labs')
  await parseResource(laboratoryReportOf({ ...report, basedOn: [] }))
})

test('attack: a title of nothing but what cannot be seen is none', () => {
  assert.throws(() => laboratoryReportOf({ ...report, title: ' \u0000\n', basedOn: [] }), RangeError)
})

test('attack: a category that is anything but one is no order', () => {
  for (const category of [null, 7, 'laboratory', { coding: 'x' }, [[[{ code: 1 }]]]])
    assert.equal(
      isLaboratoryOrder({ resourceType: 'ServiceRequest', category } as unknown as Resource),
      false,
    )
})
