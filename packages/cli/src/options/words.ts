import { compartmentNames, compartments, type CompartmentName } from '@hre/fhir'
import { purposes, type Purpose } from '@hre/protocol'
import { usageError } from '../errors.ts'

/** @throws CliError `usage` naming the purposes there are (C9). */
export function parsePurpose(text: string): Purpose {
  const name = text.toUpperCase()
  if (!(name in purposes))
    throw usageError('There is no such purpose', `Purposes: ${Object.keys(purposes).join(', ')}`)
  return name as Purpose
}

/** Parts of a chart by name; `all` for all of them. @throws CliError `usage` */
export function parseParts(words: readonly string[]): CompartmentName[] {
  if (words.includes('all')) return [...compartmentNames]
  const unknown = words.filter((word) => !compartmentNames.includes(word as CompartmentName))
  if (unknown.length > 0)
    throw usageError('A chart has no such part', `Parts: ${compartmentNames.join(', ')}, or all`)
  return [...new Set(words)] as CompartmentName[]
}

export const titleOfPart = (name: CompartmentName): string => compartments[name].title

/** A sensitivity from 1 to 5 (C1). @throws CliError `usage` */
export function parseCeiling(text: string): number {
  if (!/^[1-5]$/.test(text))
    throw usageError(
      'A ceiling is a number from 1 to 5',
      '1 is the least, 5 the most sensitive; 5 if left out',
    )
  return Number(text)
}

/** What a purpose of use is called in a sentence ("for treatment"). */
const purposeWords: Partial<Record<Purpose, string>> = {
  TREAT: 'treatment',
  ETREAT: 'emergency treatment',
  CAREMGT: 'care management',
  HPAYMT: 'payment',
  CLMATTCH: 'a claim',
  COVAUTH: 'a coverage decision',
  HOPERAT: 'running the hospital',
  HQUALIMP: 'quality improvement',
  HSYSADMIN: 'administration',
  HRESCH: 'research',
  CLINTRCH: 'a clinical trial',
  PUBHLTH: 'public health',
  PATRQT: 'the patient’s own request',
  FAMRQT: 'the family’s request',
  HLEGAL: 'a legal matter',
  HDIRECT: 'the directory',
}

export const wordsOfPurpose = (purpose: string): string => purposeWords[purpose as Purpose] ?? purpose
