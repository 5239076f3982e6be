import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usualUnit } from './region.ts'

test('units as they are usual where the device is from', () => {
  for (const [language, units] of [
    ['en-US', ['lb', 'mg/dL', '°F']],
    ['en-GB', ['kg', 'mmol/L', '°C']],
    ['de-DE', ['kg', 'mg/dL', '°C']],
    // Without a region: where most people speak it.
    ['hi', ['kg', 'mg/dL', '°F']],
    ['pa-IN', ['kg', 'mg/dL', '°F']],
  ] as const)
    assert.deepEqual(
      (['weight', 'blood-sugar', 'temperature'] as const).map((kind) => usualUnit(kind, language)),
      units,
      language,
    )
  assert.equal(usualUnit('pulse', 'en-US'), '/min')
})
