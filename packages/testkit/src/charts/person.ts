import type { Coverage, FamilyMemberHistory, Patient } from '@medplum/fhirtypes'
import { concept, hl7, named, snomed } from './codes.ts'
import { conditions } from './conditions.ts'
import { dateOf, years } from './days.ts'
import { cities, names } from './names.ts'
import type { Link, Story } from './story.ts'

/** Identifiers that no registry issues. */
export const testIdentifierSystem = 'urn:hre:test:medical-record-number'

/** Invents the person: sex, age, name, address, and the Patient that says so. */
export function addPatient(
  story: Story,
  fixed: { name?: string; sex?: 'female' | 'male'; birthDate?: string },
): void {
  const { random } = story
  story.sex = fixed.sex ?? random.pick(['female', 'male'] as const)
  const ageYears = random.chance(0.2) ? random.integer(2, 17) : random.integer(18, 88)
  const birth = story.today - years(ageYears) - random.integer(0, 364)
  story.birth =
    fixed.birthDate === undefined ? birth : Date.parse(`${fixed.birthDate}T00:00:00Z`) / 86_400_000
  story.bodyMassIndex = 24.5 + random.bell() * 3
  const origin = names[random.pick(['punjab', 'punjab', 'india', 'india', 'abroad'] as const)]
  const given = random.pick<string>(origin[story.sex])
  const family = random.pick<string>(origin.family)
  const [city, postalStart] = random.pick(cities)
  const number = random.uint32()
  const [fixedGiven, ...fixedFamily] = fixed.name?.split(' ') ?? []
  const patient: Omit<Patient, 'id' | 'meta'> = {
    resourceType: 'Patient',
    identifier: [
      {
        type: { coding: [hl7('v2-0203', 'MR')] },
        system: testIdentifierSystem,
        value: `TEST-${String(number).padStart(10, '0')}`,
      },
    ],
    active: true,
    name: [{ use: 'official', given: [fixedGiven ?? given], family: fixedFamily.join(' ') || family }],
    telecom: [{ system: 'email', value: `patient.${number}@example.org` }],
    gender: story.sex,
    birthDate: dateOf(story.birth),
    address: [
      {
        line: [`${random.integer(1, 240)} Test Street`],
        city,
        state: city === 'Chandigarh' ? 'Chandigarh' : 'Punjab',
        postalCode: `${postalStart}${String(random.integer(1, 60)).padStart(3, '0')}`,
        country: 'IN',
      },
    ],
    communication: [
      {
        language: { coding: [{ system: 'urn:ietf:bcp:47', code: random.pick(['pa', 'hi', 'en']) }] },
        preferred: true,
      },
    ],
  }
  story.patient = story.add<Patient>(patient)
}

/** What runs in the family: the conditions that the person is prone to. */
export function addFamilyHistory(story: Story): void {
  const relative = story.random.pick([
    ['FTH', 'father', 'male'],
    ['MTH', 'mother', 'female'],
  ] as const)
  const inherited = story.illnesses[0]?.condition ?? story.random.pick(conditions.slice(0, 3))
  story.add<FamilyMemberHistory>({
    resourceType: 'FamilyMemberHistory',
    status: 'completed',
    patient: story.patient,
    relationship: concept(relative[1], hl7('v3-RoleCode', relative[0])),
    sex: { coding: [{ system: 'http://hl7.org/fhir/administrative-gender', code: relative[2] }] },
    condition: [{ code: named(snomed(inherited.snomed)) }],
  })
}

export function addCoverage(story: Story, insurer: Link): Link {
  return story.add<Coverage>({
    resourceType: 'Coverage',
    status: 'active',
    type: { coding: [hl7('v3-ActCode', 'EHCPOL')], text: 'Extended healthcare' },
    subscriberId: `TEST-POLICY-${story.random.integer(100000, 999999)}`,
    beneficiary: story.patient,
    payor: [insurer],
  })
}
