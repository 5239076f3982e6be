import type { Location, Organization, Practitioner, PractitionerRole } from '@medplum/fhirtypes'
import { organisations, people, type OrganisationId } from '../people.ts'
import { hl7, named, snomed } from './codes.ts'
import type { Link, Story } from './story.ts'

export interface Providers {
  hospitals: { hospital: Link; doctor: Link; location: Link }[]
  laboratory: Link
  technician: Link
  insurer: Link
}

/** The organisations and clinicians of `people.ts`, the same in every chart. */
export function addProviders(story: Story): Providers {
  const hospital = (id: OrganisationId, doctor: 'dr-mehta' | 'dr-osei') => {
    const organization = addOrganization(story, id, organisations[id].name, 'prov')
    const practitioner = addPractitioner(story, doctor)
    story.keep({
      resourceType: 'PractitionerRole',
      id: `${doctor}-at-${id}`,
      practitioner,
      organization,
      specialty: [named(snomed(['419192003', 'Internal medicine']))],
    } satisfies PractitionerRole)
    const location = story.keep({
      resourceType: 'Location',
      id: `${id}-outpatients`,
      status: 'active',
      name: `${organisations[id].name} outpatients`,
      managingOrganization: organization,
    } satisfies Location)
    return { hospital: organization, doctor: practitioner, location }
  }
  const city = hospital('city-hospital', 'dr-mehta')
  return {
    hospitals: [city, hospital('lakeside-clinic', 'dr-osei')],
    laboratory: city.hospital,
    technician: addPractitioner(story, 'lina'),
    insurer: addOrganization(story, 'test-insurer', 'Test Insurance Company', 'ins'),
  }
}

function addOrganization(story: Story, id: string, name: string, type: 'prov' | 'ins'): Link {
  return story.keep({
    resourceType: 'Organization',
    id,
    active: true,
    type: [{ coding: [hl7('organization-type', type)] }],
    name,
  } satisfies Organization)
}

function addPractitioner(story: Story, id: 'dr-mehta' | 'dr-osei' | 'lina'): Link {
  const words = people[id].name.replace(/^Dr /, '').split(' ')
  const prefix = people[id].name.startsWith('Dr ') ? { prefix: ['Dr'] } : {}
  return story.keep({
    resourceType: 'Practitioner',
    id,
    active: true,
    name: [{ ...prefix, given: words.slice(0, -1), family: words.at(-1) as string }],
  } satisfies Practitioner)
}
