import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoincCode, isSnomedConcept } from './check-digits.ts'

test('LOINC: examples of the guide, and every slip of one digit is noticed', () => {
  for (const code of ['2345-7', '718-7', '4548-4', '85354-9', '44261-6']) {
    assert.ok(isLoincCode(code), code)
    const check = Number(code.at(-1))
    assert.ok(!isLoincCode(`${code.slice(0, -1)}${(check + 1) % 10}`))
  }
  for (const code of ['', '-1', '2345', '2345-', 'LP123-4', '2345-77']) assert.ok(!isLoincCode(code), code)
})

test('SNOMED CT: known concepts, no swapped digits, no descriptions', () => {
  for (const code of ['44054006', '38341003', '74400008', '428191000124101'])
    assert.ok(isSnomedConcept(code), code)
  for (const code of ['44045006', '44054007', '754786011', '12345', '044054006', ''])
    assert.ok(!isSnomedConcept(code), code)
})
