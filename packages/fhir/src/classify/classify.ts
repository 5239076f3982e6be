import type { DiagnosticReport, Observation, Resource } from '@medplum/fhirtypes'
import type { RecordKind } from '@hre/protocol'
import { codingsOf } from './codings.ts'
import { compartmentByType } from './compartment-by-type.ts'
import { compartments, type CompartmentName, type Sensitivity } from './compartments.ts'
import { isLaboratoryOrder } from '../orders.ts'
import { readLabels } from './labels.ts'
import { compartmentOfObservation, compartmentOfReport } from './results.ts'
import { isMentalHealthCode, isSpecialCode } from './sensitive-codes.ts'

export interface Classification {
  compartment: CompartmentName
  /** The compartment's default, raised by labels and codes, never lowered. */
  sensitivity: Sensitivity
  /** What its leaf says it is (spec/records.md R1): a FHIR resource or a Bundle. */
  kind: Extract<RecordKind, 'resource' | 'bundle'>
}

/** Who provides care is not a fact about the patient: a psychiatrist's entry is not a mental health record. */
const providerTypes = new Set(['Practitioner', 'PractitionerRole', 'Organization', 'HealthcareService'])
/** Records that would be useless anywhere else: an insurer reads claims, and the Patient heads every summary. */
const fixedTypes = new Set([
  'Patient',
  'Claim',
  'ClaimResponse',
  'ExplanationOfBenefit',
  'Coverage',
  'Account',
])

/**
 * The compartment and sensitivity under which to file a resource by itself. Total: any resource gets an answer. With the whole chart at
 * hand use `classifyChart`, which also sees what a resource refers to.
 *
 * A code or label of mental health moves a clinical record to `mental-health` (5). A bill that names such a diagnosis stays
 * in `billing`, where the insurer's grant can reach it, but at 5, so that only a grant meant for it does.
 */
export function classify(resource: Resource): Classification {
  return conclude(resource, inspect(resource))
}

/** What a resource says about itself that decides who may read it. */
export interface Findings {
  mentalHealth: boolean
  /** HIV and the like: as strict, but filed where it is used. */
  special: boolean
  labelled: Sensitivity
}

export function inspect(resource: Resource): Findings {
  const labels = readLabels(resource)
  const codings = providerTypes.has(resource.resourceType) ? [] : codingsOf(resource)
  return {
    mentalHealth: labels.mentalHealth || codings.some(isMentalHealthCode),
    special: codings.some(isSpecialCode),
    labelled: labels.sensitivity,
  }
}

export function conclude(resource: Resource, { mentalHealth, special, labelled }: Findings): Classification {
  const moves = mentalHealth && !fixedTypes.has(resource.resourceType)
  const compartment = moves ? 'mental-health' : compartmentOf(resource)
  return {
    compartment,
    sensitivity: max(compartments[compartment].sensitivity, labelled, mentalHealth || special ? 5 : 1),
    kind: resource.resourceType === 'Bundle' ? 'bundle' : 'resource',
  }
}

function compartmentOf(resource: Resource): CompartmentName {
  if (resource.resourceType === 'Observation') return compartmentOfObservation(resource as Observation)
  if (resource.resourceType === 'DiagnosticReport') return compartmentOfReport(resource as DiagnosticReport)
  // Where its answer will be: who does the test reads the order, and nothing of the diagnoses.
  if (isLaboratoryOrder(resource)) return 'labs'
  return compartmentByType.get(resource.resourceType) ?? 'other'
}

const max = (...levels: Sensitivity[]): Sensitivity => Math.max(...levels) as Sensitivity
