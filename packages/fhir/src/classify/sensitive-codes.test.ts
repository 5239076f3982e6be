import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { isLoincCode, isSnomedConcept } from '@hre/testkit'

test('every LOINC and SNOMED code in the tables has the right check digit', async () => {
  const texts = await Promise.all(
    ['sensitive-codes.ts', 'results.ts'].map((file) => readFile(`${import.meta.dirname}/${file}`, 'utf8')),
  )
  const text = texts.join('\n')
  const loinc = [...text.matchAll(/\b(\d{3,5}-\d)\b/g)].map(([code]) => code)
  const snomed = [...text.matchAll(/'(\d{6,18})'/g)].map(([, code]) => code as string)
  assert.ok(loinc.length > 35 && snomed.length > 35)
  assert.deepEqual(
    [...loinc.filter((code) => !isLoincCode(code)), ...snomed.filter((code) => !isSnomedConcept(code))],
    [],
  )
})
