import type { Code } from './codes.ts'

/** One laboratory measurement. Units are UCUM. */
export interface Analyte {
  /** https://loinc.org */
  loinc: Code
  text: string
  /** https://ucum.org */
  unit: string
  healthy: number
  /** Standard deviation between healthy people. */
  spread: number
  low?: number
  high?: number
  digits: number
}

const analyte = (
  code: string,
  display: string,
  text: string,
  unit: string,
  [low, high]: [number | undefined, number | undefined],
  healthy: number,
  spread: number,
  digits: number,
): Analyte => ({ loinc: [code, display], text, unit, healthy, spread, low, high, digits })

export const analytes = {
  haemoglobin: analyte(
    '718-7',
    'Hemoglobin [Mass/volume] in Blood',
    'Haemoglobin',
    'g/dL',
    [12, 17],
    14,
    0.8,
    1,
  ),
  haematocrit: analyte(
    '4544-3',
    'Hematocrit [Volume Fraction] of Blood by Automated count',
    'Haematocrit',
    '%',
    [36, 50],
    42,
    2.4,
    1,
  ),
  leukocytes: analyte(
    '6690-2',
    'Leukocytes [#/volume] in Blood by Automated count',
    'White cells',
    '10*3/uL',
    [4, 11],
    7,
    1.2,
    1,
  ),
  erythrocytes: analyte(
    '789-8',
    'Erythrocytes [#/volume] in Blood by Automated count',
    'Red cells',
    '10*6/uL',
    [4, 5.9],
    4.9,
    0.3,
    2,
  ),
  platelets: analyte(
    '777-3',
    'Platelets [#/volume] in Blood by Automated count',
    'Platelets',
    '10*3/uL',
    [150, 410],
    260,
    45,
    0,
  ),
  mcv: analyte(
    '787-2',
    'MCV [Entitic volume] by Automated count',
    'Mean cell volume',
    'fL',
    [80, 100],
    89,
    3.5,
    1,
  ),
  glucose: analyte(
    '2345-7',
    'Glucose [Mass/volume] in Serum or Plasma',
    'Glucose',
    'mg/dL',
    [70, 100],
    88,
    6,
    0,
  ),
  sodium: analyte(
    '2951-2',
    'Sodium [Moles/volume] in Serum or Plasma',
    'Sodium',
    'mmol/L',
    [135, 145],
    140,
    2,
    0,
  ),
  potassium: analyte(
    '2823-3',
    'Potassium [Moles/volume] in Serum or Plasma',
    'Potassium',
    'mmol/L',
    [3.5, 5.1],
    4.3,
    0.25,
    1,
  ),
  chloride: analyte(
    '2075-0',
    'Chloride [Moles/volume] in Serum or Plasma',
    'Chloride',
    'mmol/L',
    [98, 107],
    102,
    1.8,
    0,
  ),
  bicarbonate: analyte(
    '2028-9',
    'Carbon dioxide, total [Moles/volume] in Serum or Plasma',
    'Bicarbonate',
    'mmol/L',
    [22, 29],
    25,
    1.4,
    0,
  ),
  urea: analyte(
    '3094-0',
    'Urea nitrogen [Mass/volume] in Serum or Plasma',
    'Urea nitrogen',
    'mg/dL',
    [7, 20],
    13,
    2.5,
    0,
  ),
  creatinine: analyte(
    '2160-0',
    'Creatinine [Mass/volume] in Serum or Plasma',
    'Creatinine',
    'mg/dL',
    [0.6, 1.3],
    0.9,
    0.12,
    2,
  ),
  calcium: analyte(
    '17861-6',
    'Calcium [Mass/volume] in Serum or Plasma',
    'Calcium',
    'mg/dL',
    [8.6, 10.3],
    9.4,
    0.3,
    1,
  ),
  cholesterol: analyte(
    '2093-3',
    'Cholesterol [Mass/volume] in Serum or Plasma',
    'Total cholesterol',
    'mg/dL',
    [undefined, 200],
    172,
    15,
    0,
  ),
  triglycerides: analyte(
    '2571-8',
    'Triglyceride [Mass/volume] in Serum or Plasma',
    'Triglycerides',
    'mg/dL',
    [undefined, 150],
    112,
    18,
    0,
  ),
  hdl: analyte(
    '2085-9',
    'Cholesterol in HDL [Mass/volume] in Serum or Plasma',
    'HDL cholesterol',
    'mg/dL',
    [40, undefined],
    50,
    6,
    0,
  ),
  ldl: analyte(
    '13457-7',
    'Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation',
    'LDL cholesterol',
    'mg/dL',
    [undefined, 130],
    99,
    13,
    0,
  ),
  hba1c: analyte(
    '4548-4',
    'Hemoglobin A1c/Hemoglobin.total in Blood',
    'Haemoglobin A1c',
    '%',
    [4, 5.7],
    5.3,
    0.2,
    1,
  ),
  tsh: analyte(
    '3016-3',
    'Thyrotropin [Units/volume] in Serum or Plasma',
    'Thyroid stimulating hormone',
    'm[IU]/L',
    [0.4, 4.5],
    2.1,
    0.6,
    2,
  ),
} as const satisfies Record<string, Analyte>

export type AnalyteName = keyof typeof analytes

/** Tests that are ordered together. https://loinc.org/panels */
export const panels = {
  bloodCount: {
    loinc: ['58410-2', 'CBC panel - Blood by Automated count'],
    text: 'Complete blood count',
    analytes: ['haemoglobin', 'haematocrit', 'leukocytes', 'erythrocytes', 'platelets', 'mcv'],
  },
  metabolic: {
    loinc: ['51990-0', 'Basic metabolic panel - Blood'],
    text: 'Basic metabolic panel',
    analytes: ['glucose', 'sodium', 'potassium', 'chloride', 'bicarbonate', 'urea', 'creatinine', 'calcium'],
  },
  lipid: {
    loinc: ['24331-1', 'Lipid 1996 panel - Serum or Plasma'],
    text: 'Lipid panel',
    analytes: ['cholesterol', 'triglycerides', 'hdl', 'ldl'],
  },
  hba1c: {
    loinc: ['4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood'],
    text: 'Haemoglobin A1c',
    analytes: ['hba1c'],
  },
  tsh: {
    loinc: ['3016-3', 'Thyrotropin [Units/volume] in Serum or Plasma'],
    text: 'Thyroid function',
    analytes: ['tsh'],
  },
} as const satisfies Record<string, { loinc: Code; text: string; analytes: AnalyteName[] }>

export type PanelName = keyof typeof panels
