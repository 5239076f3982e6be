import type { Meta, Resource } from '@medplum/fhirtypes'
import type { ConditionStory } from './conditions.ts'
import type { Day } from './days.ts'
import { Random } from './random.ts'

/**
 * Says that nobody is described here.
 * @see https://terminology.hl7.org/CodeSystem-v3-ActReason.html HTEST, test health data
 */
export const testDataMeta: Meta = {
  tag: [
    {
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
      code: 'HTEST',
      display: 'test health data',
    },
  ],
}

/** A reference to a resource of the same chart. */
export interface Link {
  reference: string
}

/** A chronic condition of one person. */
export interface Illness {
  condition: ConditionStory
  since: Day
  reference: Link
}

/** A visit that other resources refer to. */
export interface Visit {
  day: Day
  minuteOfDay: number
  encounter: Link
  hospital: Link
  doctor: Link
}

/** One life while it is being told. Everything random comes from `random`, in a fixed order. */
export class Story {
  readonly random: Random
  readonly today: Day
  readonly resources: Resource[] = []
  readonly illnesses: Illness[] = []
  patient: Link = { reference: '' }
  sex: 'female' | 'male' = 'female'
  birth: Day = 0
  /** The adult build; children follow a curve. */
  bodyMassIndex = 25
  /** What is normal for this person, by analyte. */
  readonly baselines = new Map<string, number>()

  constructor(seed: number | string, today: Day) {
    this.random = new Random(seed)
    this.today = today
  }

  /** Gives a resource an id and the test-data tag, keeps it and returns a reference to it. */
  add<T extends Resource>(resource: Omit<T, 'id' | 'meta'> & { resourceType: T['resourceType'] }): Link {
    return this.keep({ ...resource, id: this.random.uuid() } as unknown as Resource)
  }

  /** Keeps a resource that brings its own id. */
  keep(resource: Resource): Link {
    this.resources.push({ ...resource, meta: testDataMeta } as Resource)
    return { reference: `${resource.resourceType}/${resource.id}` }
  }

  ageAt(day: Day): number {
    return (day - this.birth) / 365.25
  }

  /** Between a healthy body (0) and an untreated illness (1); treatment takes two thirds away within two years. */
  severityAt(illness: Illness, day: Day): number {
    const elapsed = (day - illness.since) / 730
    if (elapsed < -1) return 0
    if (elapsed < 0) return 1 + elapsed
    return 1 - 0.65 * Math.min(1, elapsed)
  }
}
