/**
 * Tests that laboratories report every day, by LOINC, with the unit that is usual in India. Ranges are each
 * laboratory's own: they are typed once and remembered.
 *
 * @see https://loinc.org/
 */
export const usualTests: readonly { code: string; unit: string }[] = [
  { code: '718-7', unit: 'g/dL' },
  { code: '4544-3', unit: '%' },
  { code: '6690-2', unit: '10*3/uL' },
  { code: '789-8', unit: '10*6/uL' },
  { code: '777-3', unit: '10*3/uL' },
  { code: '787-2', unit: 'fL' },
  { code: '2345-7', unit: 'mg/dL' },
  { code: '4548-4', unit: '%' },
  { code: '2951-2', unit: 'mmol/L' },
  { code: '2823-3', unit: 'mmol/L' },
  { code: '2075-0', unit: 'mmol/L' },
  { code: '2028-9', unit: 'mmol/L' },
  { code: '3094-0', unit: 'mg/dL' },
  { code: '2160-0', unit: 'mg/dL' },
  { code: '17861-6', unit: 'mg/dL' },
  { code: '2093-3', unit: 'mg/dL' },
  { code: '2085-9', unit: 'mg/dL' },
  { code: '13457-7', unit: 'mg/dL' },
  { code: '2571-8', unit: 'mg/dL' },
  { code: '3016-3', unit: 'm[IU]/L' },
]
