import type {
  AllergyIntolerance,
  CarePlan,
  Claim,
  DiagnosticReport,
  DocumentReference,
  Goal,
  ImagingStudy,
  Immunization,
  Procedure,
} from '@medplum/fhirtypes'
import { concept, cvx, hl7, loinc, named, snomed, type Code } from './codes.ts'
import { allergies } from './conditions.ts'
import { dateOf, instantOf, years, type Day } from './days.ts'
import type { Providers } from './providers.ts'
import type { Link, Illness, Story, Visit } from './story.ts'
import { influenzaVaccine, vaccineSchedule } from './vaccines.ts'

export function addProcedure(story: Story, visit: Visit, code: Code, reason?: Link): void {
  story.add<Procedure>({
    resourceType: 'Procedure',
    status: 'completed',
    code: named(snomed(code)),
    subject: story.patient,
    encounter: visit.encounter,
    performedDateTime: instantOf(visit.day, visit.minuteOfDay + 25),
    performer: [{ actor: visit.doctor }],
    ...(reason === undefined ? {} : { reasonReference: [reason] }),
  })
}

export function addAllergies(story: Story, visit: Visit): void {
  const clinicalStatus = { coding: [hl7('allergyintolerance-clinical', 'active')] }
  const verificationStatus = { coding: [hl7('allergyintolerance-verification', 'confirmed')] }
  const common = {
    clinicalStatus,
    verificationStatus,
    patient: story.patient,
    recordedDate: dateOf(visit.day),
  }
  if (story.random.chance(0.65)) {
    story.add<AllergyIntolerance>({
      resourceType: 'AllergyIntolerance',
      ...common,
      code: named(snomed(['716186003', 'No known allergy'])),
    })
    return
  }
  const allergy = story.random.pick(allergies)
  story.add<AllergyIntolerance>({
    resourceType: 'AllergyIntolerance',
    ...common,
    type: 'allergy',
    category: [allergy.category],
    criticality: allergy.reaction[1] === 'Anaphylaxis' ? 'high' : 'low',
    code: named(snomed(allergy.snomed)),
    reaction: [{ manifestation: [named(snomed(allergy.reaction))] }],
  })
}

/** Every dose that was due by today, within a few weeks of its day. */
export function addImmunizations(story: Story, providers: Providers): void {
  for (const { cvx: vaccine, ageYears } of vaccineSchedule) {
    for (const age of ageYears) {
      const due = story.birth + years(age) + story.random.integer(0, 20)
      // Older people's childhood doses were seldom written down.
      if (due <= story.today && story.today - due < years(30)) addDose(story, providers, vaccine, due)
    }
  }
  if (story.ageAt(story.today) < 40) return
  for (let autumn = 1; autumn <= 3; autumn++) {
    const day = story.today - 365 * autumn + story.random.integer(0, 60)
    if (story.random.chance(0.6)) addDose(story, providers, influenzaVaccine, Math.min(day, story.today))
  }
}

function addDose(story: Story, providers: Providers, vaccine: Code, day: Day): void {
  story.add<Immunization>({
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: named(cvx(vaccine)),
    patient: story.patient,
    occurrenceDateTime: dateOf(day),
    primarySource: true,
    performer: [{ actor: (providers.hospitals[0] as { hospital: Link }).hospital }],
  })
}

export function addPlan(story: Story, illness: Illness, goalText: string, visit: Visit): void {
  const goal = story.add<Goal>({
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    description: { text: goalText },
    subject: story.patient,
    startDate: dateOf(visit.day),
    addresses: [illness.reference],
  })
  story.add<CarePlan>({
    resourceType: 'CarePlan',
    status: 'active',
    intent: 'plan',
    title: `Plan for ${illness.condition.snomed[1].toLowerCase()}`,
    subject: story.patient,
    period: { start: dateOf(visit.day) },
    author: visit.doctor,
    addresses: [illness.reference],
    goal: [goal],
  })
}

/** A chest X-ray: the study and what the radiologist wrote. Instance ids are under the arc for UUIDs, which needs no registration. */
export function addChestXray(story: Story, visit: Visit): void {
  const uid = () => `2.25.${story.random.uint32()}${story.random.uint32()}`
  const started = instantOf(visit.day, visit.minuteOfDay + 45)
  const study = story.add<ImagingStudy>({
    resourceType: 'ImagingStudy',
    identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:${uid()}` }],
    status: 'available',
    subject: story.patient,
    encounter: visit.encounter,
    started,
    numberOfSeries: 1,
    numberOfInstances: 1,
    description: 'Chest X-ray',
    series: [
      {
        uid: uid(),
        number: 1,
        // https://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_29.html
        modality: {
          system: 'http://dicom.nema.org/resources/ontology/DCM',
          code: 'DX',
          display: 'Digital Radiography',
        },
        numberOfInstances: 1,
        bodySite: snomed(['51185008', 'Thoracic structure']),
        instance: [
          {
            uid: uid(),
            sopClass: { system: 'urn:ietf:rfc:3986', code: 'urn:oid:1.2.840.10008.5.1.4.1.1.1.1' },
            number: 1,
          },
        ],
      },
    ],
  })
  addProcedure(story, visit, ['399208008', 'Plain chest X-ray'])
  story.add<DiagnosticReport>({
    resourceType: 'DiagnosticReport',
    status: 'final',
    category: [{ coding: [hl7('v2-0074', 'RAD')] }],
    code: concept('Chest X-ray', loinc(['36643-5', 'XR Chest 2 Views'])),
    subject: story.patient,
    encounter: visit.encounter,
    effectiveDateTime: started,
    issued: instantOf(visit.day, visit.minuteOfDay + 120),
    performer: [visit.hospital],
    imagingStudy: [study],
    conclusion: 'Heart size normal. Lung fields clear. No pleural effusion.',
  })
}

/** A progress note as text. */
export function addNote(story: Story, visit: Visit): void {
  // What a psychiatric clinic writes stays in its own notes.
  const known = story.illnesses.filter(
    (illness) => illness.since <= visit.day && !illness.condition.icd10.startsWith('F'),
  )
  const problems = known.map((illness) => illness.condition.snomed[1].toLowerCase()).join(', ')
  const note = [
    `Synthetic test note of ${dateOf(visit.day)}.`,
    `Age ${Math.floor(story.ageAt(visit.day))}. Known problems: ${problems || 'none'}.`,
    'Comes for a planned review. No new complaints. Examination unremarkable. Continue as before, review in six months.',
  ].join('\n')
  story.add<DocumentReference>({
    resourceType: 'DocumentReference',
    status: 'current',
    type: named(loinc(['11506-3', 'Progress note'])),
    subject: story.patient,
    date: instantOf(visit.day, visit.minuteOfDay + 40),
    author: [visit.doctor],
    custodian: visit.hospital,
    // All ASCII, as btoa needs.
    content: [{ attachment: { contentType: 'text/plain', title: 'Progress note', data: btoa(note) } }],
    context: { encounter: [visit.encounter] },
  })
}

export function addClaim(story: Story, visit: Visit, coverage: Link, insurer: Link): void {
  story.add<Claim>({
    resourceType: 'Claim',
    status: 'active',
    type: { coding: [hl7('claim-type', 'professional')] },
    use: 'claim',
    patient: story.patient,
    billablePeriod: { start: dateOf(visit.day), end: dateOf(visit.day) },
    created: dateOf(visit.day),
    insurer,
    provider: visit.hospital,
    priority: { coding: [hl7('processpriority', 'normal')] },
    insurance: [{ sequence: 1, focal: true, coverage }],
    item: [
      {
        sequence: 1,
        productOrService: { text: 'Consultation' },
        encounter: [visit.encounter],
        unitPrice: { value: 500, currency: 'INR' },
      },
    ],
    total: { value: 500, currency: 'INR' },
  })
}
