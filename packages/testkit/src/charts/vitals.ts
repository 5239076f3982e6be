import type { Observation, ObservationComponent } from '@medplum/fhirtypes'
import { concept, hl7, loinc, named, snomed, systems, type Code } from './codes.ts'
import { instantOf } from './days.ts'
import { round } from './round.ts'
import type { Story, Visit } from './story.ts'

const quantity = (value: number, unit: string, code = unit) => ({ value, unit, system: systems.ucum, code })

/** Vital signs as the R4 profiles want them. @see https://hl7.org/fhir/R4/observation-vitalsigns.html */
export function addVitals(story: Story, visit: Visit): void {
  const { random } = story
  const age = story.ageAt(visit.day)
  const heightCm = heightAt(age, story.sex)
  const bodyMassIndex =
    age < 18 ? 16 + age * 0.3 + random.bell() * 0.6 : story.bodyMassIndex + random.bell() * 0.4
  const weightKg = round((bodyMassIndex * heightCm * heightCm) / 10_000, 1)
  const child = Math.max(0, 1 - age / 16)

  add(story, visit, ['8302-2', 'Body height'], quantity(heightCm, 'cm'))
  add(story, visit, ['29463-7', 'Body weight'], quantity(weightKg, 'kg'))
  add(
    story,
    visit,
    ['39156-5', 'Body mass index (BMI) [Ratio]'],
    quantity(round((weightKg / heightCm / heightCm) * 10_000, 1), 'kg/m2'),
  )
  add(story, visit, ['8867-4', 'Heart rate'], quantity(round(72 + 45 * child + random.bell() * 6, 0), '/min'))
  add(
    story,
    visit,
    ['9279-1', 'Respiratory rate'],
    quantity(round(15 + 12 * child + random.bell(), 0), '/min'),
  )
  add(
    story,
    visit,
    ['8310-5', 'Body temperature'],
    quantity(round(36.7 + random.bell() * 0.2, 1), '°C', 'Cel'),
  )
  add(
    story,
    visit,
    ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'],
    quantity(random.integer(96, 100), '%'),
  )
  addBloodPressure(story, visit, 118 - 28 * child)
}

function addBloodPressure(story: Story, visit: Visit, healthySystolic: number): void {
  const shift = story.illnesses.reduce(
    (sum, illness) => sum + (illness.condition.systolicShift ?? 0) * story.severityAt(illness, visit.day),
    0,
  )
  const systolic = round(healthySystolic + shift + story.random.bell() * 5, 0)
  const diastolic = round(systolic * 0.62 + 4 + story.random.bell() * 3, 0)
  const component = (code: Code, value: number): ObservationComponent => ({
    code: named(loinc(code)),
    valueQuantity: quantity(value, 'mmHg', 'mm[Hg]'),
  })
  add(story, visit, ['85354-9', 'Blood pressure panel with all children optional'], undefined, {
    code: concept('Blood pressure', loinc(['85354-9', 'Blood pressure panel with all children optional'])),
    component: [
      component(['8480-6', 'Systolic blood pressure'], systolic),
      component(['8462-4', 'Diastolic blood pressure'], diastolic),
    ],
  })
}

function add(
  story: Story,
  visit: Visit,
  code: Code,
  valueQuantity?: Observation['valueQuantity'],
  more: Partial<Observation> = {},
): void {
  story.add<Observation>({
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [hl7('observation-category', 'vital-signs')] }],
    code: named(loinc(code)),
    subject: story.patient,
    encounter: visit.encounter,
    effectiveDateTime: instantOf(visit.day, visit.minuteOfDay + 5),
    performer: [visit.doctor],
    ...(valueQuantity === undefined ? {} : { valueQuantity }),
    ...more,
  })
}

/** https://loinc.org/72166-2 */
export function addSmokingStatus(story: Story, visit: Visit): void {
  const status = story.random.pick<Code>([
    ['266919005', 'Never smoker'],
    ['266919005', 'Never smoker'],
    ['8517006', 'Former smoker'],
    ['77176002', 'Smoker'],
  ])
  add(story, visit, ['72166-2', 'Tobacco smoking status'], undefined, {
    category: [{ coding: [hl7('observation-category', 'social-history')] }],
    valueCodeableConcept: named(snomed(status)),
  })
}

/** PHQ-9, falling as treatment works. https://loinc.org/44261-6 */
export function addDepressionScore(story: Story, visit: Visit, severity: number): void {
  add(
    story,
    visit,
    ['44261-6', 'Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]'],
    undefined,
    {
      category: [{ coding: [hl7('observation-category', 'survey')] }],
      valueInteger: Math.max(0, Math.min(27, round(17 * severity + story.random.bell(), 0))),
    },
  )
}

/** A smooth curve through the WHO medians, good enough for a story. */
function heightAt(age: number, sex: 'female' | 'male'): number {
  const adult = sex === 'female' ? 157 : 170
  if (age >= 18) return adult
  if (age < 2) return round(50 + 18 * age, 0)
  return round(86 + ((adult - 86) * (age - 2)) / 16, 0)
}
