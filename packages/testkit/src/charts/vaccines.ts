import type { Code } from './codes.ts'

/** Doses by age, after India's universal programme and the usual adult doses. https://www2.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=cvx */
export const vaccineSchedule: { cvx: Code; ageYears: number[] }[] = [
  { cvx: ['19', 'BCG'], ageYears: [0] },
  { cvx: ['08', 'Hep B, adolescent or pediatric'], ageYears: [0] },
  { cvx: ['182', 'OPV, Unspecified'], ageYears: [0.12, 0.2, 0.28] },
  { cvx: ['102', 'DTP- Hib- Hep B'], ageYears: [0.12, 0.2, 0.28] },
  { cvx: ['119', 'rotavirus, monovalent'], ageYears: [0.12, 0.2] },
  { cvx: ['133', 'Pneumococcal conjugate PCV 13'], ageYears: [0.12, 0.28, 0.8] },
  { cvx: ['04', 'M/R'], ageYears: [0.8, 1.4] },
  { cvx: ['01', 'DTP'], ageYears: [1.4, 5.2] },
  { cvx: ['113', 'Td (adult) preservative free'], ageYears: [10.1, 16.2, 36, 56] },
  { cvx: ['33', 'pneumococcal polysaccharide vaccine, 23 valent'], ageYears: [65.3] },
]

/** Offered to adults each autumn; taken by some. */
export const influenzaVaccine: Code = ['140', 'Influenza, seasonal, injectable, preservative free']
