/**
 * The parts of a chart that are shared as a whole. The default sensitivity is what a grant's ceiling is compared with.
 *
 * Health information as a whole is the most sensitive class of data there is (5 on a scale of 1 to 5, insurance data 2). Were every
 * clinical record a 5, a ceiling could tell nothing apart, so records start lower, by what a reader learns who
 * was meant to see only routine care, and are raised by labels and codes (`labels.ts`, `sensitive-codes.ts`).
 */
export const compartments = {
  summary: {
    title: 'Summary',
    sensitivity: 3,
    reason: 'diagnoses, medicines and allergies: what every treating doctor needs',
  },
  labs: { title: 'Laboratory', sensitivity: 3, reason: 'results let a reader infer diagnoses' },
  vitals: { title: 'Vital signs', sensitivity: 2, reason: 'measurements that say little by themselves' },
  imaging: { title: 'Imaging', sensitivity: 3, reason: 'pictures and reports let a reader infer diagnoses' },
  documents: {
    title: 'Documents',
    sensitivity: 4,
    reason: 'free text may mention anything, relatives included',
  },
  encounters: { title: 'Visits', sensitivity: 2, reason: 'when and where, seldom why' },
  'mental-health': {
    title: 'Mental health',
    sensitivity: 5,
    reason: 'disclosure harms most; most laws protect it specially',
  },
  billing: { title: 'Insurance and bills', sensitivity: 2, reason: 'what insurers hold already' },
  other: { title: 'Other', sensitivity: 3, reason: 'administrative records that fit none of the above' },
} as const satisfies Record<string, CompartmentRow>

export interface CompartmentRow {
  /** For a person. */
  title: string
  sensitivity: Sensitivity
  reason: string
}

export type CompartmentName = keyof typeof compartments
/** 1 is the least, 5 the most sensitive (spec/consent.md C1). */
export type Sensitivity = 1 | 2 | 3 | 4 | 5

export const compartmentNames = Object.keys(compartments) as CompartmentName[]
