import type { Resource } from '@medplum/fhirtypes'
import { codesIn, systems } from './codings.ts'
import type { Sensitivity } from './compartments.ts'

/** What the author's own labels ask for. */
export interface LabelEffect {
  sensitivity: Sensitivity | 1
  mentalHealth: boolean
}

/**
 * Confidentiality labels. Normal (N) and below leave the default, since a label may raise protection but an
 * importing system must not lower what the patient agreed to.
 * @see https://terminology.hl7.org/CodeSystem-v3-Confidentiality.html
 */
const sensitivityByConfidentiality: Record<string, Sensitivity> = { R: 4, V: 5 }

/**
 * Information sensitivity labels that mean mental or behavioural health, substance use included.
 * @see https://terminology.hl7.org/ValueSet-v3-InformationSensitivityPolicy.html
 */
const mentalHealthLabels = new Set(
  'BH COGN DVD EMOTDIS MH PSY PSYTHPN SUD ETH ETHUD OPIOIDUD ALCOHOL DRGIS MENCAT HIPAAPsyNotes'.split(' '),
)

/**
 * Labels of information that is specially protected but not about mental health: HIV, genetics, sexual and reproductive health, sexually
 * transmitted disease, violence, sickle cell, taboo.
 * @see https://terminology.hl7.org/ValueSet-v3-InformationSensitivityPolicy.html
 */
const specialLabels = new Set('HIV GDIS SCA SICKLE SDV SEX STD SPI MST TBOO VIO'.split(' '))

/** Labels by which a patient or physician asked for discretion, and protected identities. */
const discreetLabels = new Set('ADOL CEL EMP PDS PHY PRS GENDER SSP'.split(' '))

/** Reads `meta.security`. @see https://hl7.org/fhir/R4/security-labels.html */
export function readLabels(resource: Resource): LabelEffect {
  const effect: LabelEffect = { sensitivity: 1, mentalHealth: false }
  const raise = (to: Sensitivity) => {
    if (to > effect.sensitivity) effect.sensitivity = to
  }
  for (const { system, code } of codesIn(resource.meta?.security)) {
    if (system === systems.confidentiality && Object.hasOwn(sensitivityByConfidentiality, code)) {
      raise(sensitivityByConfidentiality[code] as Sensitivity)
    }
    if (system !== systems.actCode) continue
    if (mentalHealthLabels.has(code)) {
      effect.mentalHealth = true
      raise(5)
    } else if (specialLabels.has(code)) raise(5)
    else if (discreetLabels.has(code)) raise(4)
  }
  return effect
}
