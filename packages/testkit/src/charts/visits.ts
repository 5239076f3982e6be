import type { Condition, Encounter, MedicationRequest } from '@medplum/fhirtypes'
import { concept, hl7, named, rxnorm, snomed, systems, type Code } from './codes.ts'
import { acuteConditions, type Drug } from './conditions.ts'
import { dateOf, instantOf, type Day } from './days.ts'
import type { Providers } from './providers.ts'
import type { Link, Story, Visit } from './story.ts'

/** https://browser.ihtsdotools.org */
const encounterTypes = {
  checkUp: ['185349003', 'Encounter for check up'],
  followUp: ['390906007', 'Follow-up encounter'],
  symptom: ['185345009', 'Encounter for symptom'],
} as const satisfies Record<string, Code>

/** A visit on a day, at one of the hospitals: mostly the first, sometimes the other, as in the story of the exchange. */
export function addVisit(
  story: Story,
  providers: Providers,
  day: Day,
  kind: keyof typeof encounterTypes,
): Visit {
  const { random } = story
  const place = providers.hospitals[random.chance(0.7) ? 0 : 1] ?? random.pick(providers.hospitals)
  const minuteOfDay = 9 * 60 + 5 * random.integer(0, 90)
  const period = { start: instantOf(day, minuteOfDay), end: instantOf(day, minuteOfDay + 30) }
  const encounter = story.add<Encounter>({
    resourceType: 'Encounter',
    status: 'finished',
    class: { ...hl7('v3-ActCode', 'AMB'), display: 'ambulatory' },
    type: [named(snomed(encounterTypes[kind]))],
    subject: story.patient,
    participant: [{ individual: place.doctor }],
    period,
    location: [{ location: place.location }],
    serviceProvider: place.hospital,
  })
  return { day, minuteOfDay, encounter, hospital: place.hospital, doctor: place.doctor }
}

export function addCondition(story: Story, visit: Visit, code: Code, icd10: string, endsOn?: Day): Link {
  const clinicalStatus = endsOn === undefined ? 'active' : 'resolved'
  return story.add<Condition>({
    resourceType: 'Condition',
    clinicalStatus: { coding: [hl7('condition-clinical', clinicalStatus)] },
    verificationStatus: { coding: [hl7('condition-ver-status', 'confirmed')] },
    category: [
      {
        coding: [
          hl7('condition-category', endsOn === undefined ? 'problem-list-item' : 'encounter-diagnosis'),
        ],
      },
    ],
    code: concept(code[1], snomed(code), { system: systems.icd10, code: icd10 }),
    subject: story.patient,
    encounter: visit.encounter,
    onsetDateTime: dateOf(visit.day),
    ...(endsOn === undefined ? {} : { abatementDateTime: dateOf(endsOn) }),
    recordedDate: dateOf(visit.day),
    recorder: visit.doctor,
  })
}

export function addPrescription(story: Story, visit: Visit, drug: Drug, reason: Link, active: boolean): void {
  story.add<MedicationRequest>({
    resourceType: 'MedicationRequest',
    status: active ? 'active' : 'completed',
    intent: 'order',
    medicationCodeableConcept: concept(drug.text, rxnorm(drug.ingredient)),
    subject: story.patient,
    encounter: visit.encounter,
    authoredOn: instantOf(visit.day, visit.minuteOfDay + 20),
    requester: visit.doctor,
    reasonReference: [reason],
    dosageInstruction: [{ text: drug.dose }],
  })
}

/** A short illness: diagnosis, a medicine, and over in a week or two. */
export function addAcuteIllness(story: Story, visit: Visit): void {
  const illness = story.random.pick(acuteConditions)
  const ends = Math.min(story.today, visit.day + story.random.integer(5, 14))
  const reason = addCondition(story, visit, illness.snomed, illness.icd10, ends)
  addPrescription(story, visit, illness.drug, reason, false)
}
