import type { CompartmentName } from './compartments.ts'

const listOf = (types: string) => types.trim().split(/\s+/)

/** Where a resource type belongs when nothing inside it says otherwise. Types not listed go to `other`. */
const typesByCompartment: [CompartmentName, string[]][] = [
  [
    'summary',
    listOf(`Patient RelatedPerson Person Condition AllergyIntolerance AdverseEvent MedicationRequest MedicationStatement
      MedicationAdministration MedicationDispense Medication Immunization ImmunizationEvaluation ImmunizationRecommendation Procedure
      CarePlan CareTeam Goal FamilyMemberHistory Practitioner PractitionerRole Organization ServiceRequest DetectedIssue Flag
      RiskAssessment NutritionOrder DeviceUseStatement DeviceRequest Device VisionPrescription BodyStructure List Observation`),
  ],
  ['labs', listOf('Specimen MolecularSequence DiagnosticReport')],
  ['vitals', listOf('DeviceMetric')],
  ['imaging', listOf('ImagingStudy Media')],
  [
    'documents',
    listOf(
      'DocumentReference DocumentManifest Composition QuestionnaireResponse ClinicalImpression Communication Binary',
    ),
  ],
  [
    'encounters',
    listOf(
      'Encounter Appointment AppointmentResponse EpisodeOfCare Location Schedule Slot HealthcareService',
    ),
  ],
  [
    'billing',
    listOf(`Claim ClaimResponse ExplanationOfBenefit Coverage CoverageEligibilityRequest CoverageEligibilityResponse Account ChargeItem
      Invoice PaymentNotice PaymentReconciliation EnrollmentRequest EnrollmentResponse InsurancePlan Contract`),
  ],
]

export const compartmentByType: ReadonlyMap<string, CompartmentName> = new Map(
  typesByCompartment.flatMap(([name, types]) => types.map((type) => [type, name] as const)),
)
