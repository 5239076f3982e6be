/**
 * Resource types that are one patient's own: those of the patient compartment, and Binary, which holds what a DocumentReference
 * of theirs points to. The rest (Practitioner, Medication, Questionnaire) may be shared by charts.
 * @see https://hl7.org/fhir/R4/compartmentdefinition-patient.html
 */
export const perPatientTypes: ReadonlySet<string> = new Set(
  `Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary BodyStructure CarePlan CareTeam
  ChargeItem Claim ClaimResponse ClinicalImpression Communication CommunicationRequest Composition Condition Consent Coverage
  CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue DeviceRequest DeviceUseStatement DiagnosticReport
  DocumentManifest DocumentReference Encounter EnrollmentRequest EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Flag Goal
  Group ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice List MeasureReport Media
  MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MolecularSequence NutritionOrder Observation
  Patient Person Procedure Provenance QuestionnaireResponse RelatedPerson RequestGroup ResearchSubject RiskAssessment Schedule
  ServiceRequest Specimen SupplyDelivery SupplyRequest Task VisionPrescription`.split(/\s+/),
)
