import type { Patient, Resource } from '@medplum/fhirtypes'
import {
  addAllergies,
  addChestXray,
  addClaim,
  addImmunizations,
  addNote,
  addPlan,
  addProcedure,
} from './care.ts'
import { conditions } from './conditions.ts'
import { dayOf, years, type Day } from './days.ts'
import { addCoverage, addFamilyHistory, addPatient } from './person.ts'
import { addProviders, type Providers } from './providers.ts'
import { addPanel } from './results.ts'
import { Story, type Visit } from './story.ts'
import { addAcuteIllness, addCondition, addPrescription, addVisit } from './visits.ts'
import { addDepressionScore, addSmokingStatus, addVitals } from './vitals.ts'
import type { PanelName } from './analytes.ts'

export interface SyntheticChart {
  patient: Patient
  /** The patient first; whatever they refer to is among them. */
  resources: Resource[]
}

export interface ChartOptions {
  /** `YYYY-MM-DD`; nothing in the chart is later. Default: `defaultToday`, never the clock. */
  today?: string
  /** Given name, then family name. Default: invented. */
  name?: string
  sex?: 'female' | 'male'
  /** `YYYY-MM-DD`, at least a year before today. */
  birthDate?: string
}

export const defaultToday = '2026-01-01'

/** How many visits a chart tells of. */
const VISITS = { from: 6, to: 12 }
const VISIT_SPAN_YEARS = 6

/**
 * A synthetic chart of at least 60 valid FHIR R4 resources that tell one story: illnesses move the results, medicines fit the illnesses,
 * results belong to visits. The same seed and options give the same chart on every platform. Nobody is described; every
 * resource is tagged HTEST.
 *
 * @see testDataMeta
 */
export function generateChart(seed: number | string, options: ChartOptions = {}): SyntheticChart {
  const story = new Story(seed, dayOf(options.today ?? defaultToday))
  addPatient(story, options)
  const providers = addProviders(story)
  const coverage = addCoverage(story, providers.insurer)
  const visits = visitDays(story).map((day, index) =>
    addVisit(
      story,
      providers,
      day,
      index === 0 ? 'checkUp' : story.random.pick(['followUp', 'checkUp', 'symptom']),
    ),
  )
  const [first] = visits
  if (!first) throw new Error('a chart has visits')
  addIllnesses(story, visits)
  addAllergies(story, first)
  addFamilyHistory(story)
  addImmunizations(story, providers)
  for (const [index, visit] of visits.entries()) tellVisit(story, providers, visit, index, visits.length)
  for (const visit of visits.slice(-2)) addClaim(story, visit, coverage, providers.insurer)
  return { patient: story.resources[0] as Patient, resources: story.resources }
}

/**
 * Charts one after the other, in memory of one.
 *
 * @param options - `seed` of the series; chart i has the seed `<seed>/<i>`, so any one can be made again by itself.
 */
export async function* generateCharts(
  options: { seed: number | string; count: number } & ChartOptions,
): AsyncGenerator<SyntheticChart> {
  const { seed, count, ...chartOptions } = options
  for (let index = 0; index < count; index++) yield generateChart(`${seed}/${index}`, chartOptions)
}

/** Evenly through the last years, or through a shorter life. */
function visitDays(story: Story): Day[] {
  const count = story.random.integer(VISITS.from, VISITS.to)
  const from = Math.max(story.birth + 30, story.today - years(VISIT_SPAN_YEARS))
  const gap = Math.floor((story.today - from) / count)
  return Array.from(
    { length: count },
    (_, index) => from + index * gap + story.random.integer(0, Math.max(0, gap - 1)),
  )
}

function addIllnesses(story: Story, visits: Visit[]): void {
  for (const condition of conditions) {
    const age = story.ageAt(story.today)
    const possible = age >= condition.fromAge && (condition.sex === undefined || condition.sex === story.sex)
    const found = story.random.chance(condition.share)
    // Found in the first half of the visits, so that there is something to follow.
    const visit = visits[story.random.integer(0, Math.floor(visits.length / 2))]
    if (!possible || !found || !visit || story.ageAt(visit.day) < condition.fromAge) continue
    const reference = addCondition(story, visit, condition.snomed, condition.icd10)
    const illness = { condition, since: visit.day, reference }
    story.illnesses.push(illness)
    for (const drug of condition.drugs) addPrescription(story, visit, drug, reference, true)
    for (const procedure of condition.procedures) addProcedure(story, visit, procedure, reference)
    if (condition.goal) addPlan(story, illness, condition.goal, visit)
  }
}

function tellVisit(story: Story, providers: Providers, visit: Visit, index: number, count: number): void {
  addVitals(story, visit)
  const adult = story.ageAt(visit.day) >= 16
  if (index === 0 && adult) addSmokingStatus(story, visit)
  for (const panel of panelsFor(story, visit, index)) addPanel(story, providers, visit, panel)
  for (const illness of story.illnesses) {
    if (illness.condition.icd10 === 'F32.9' && illness.since <= visit.day) {
      addDepressionScore(story, visit, story.severityAt(illness, visit.day))
    }
  }
  if (story.random.chance(0.2)) addAcuteIllness(story, visit)
  if (index === 1) addChestXray(story, visit)
  if (index === 0 || index === count - 1) addNote(story, visit)
}

/** A check-up at the first visit, and whatever a known illness needs at every one. */
function panelsFor(story: Story, visit: Visit, index: number): Set<PanelName> {
  const wanted = new Set<PanelName>(index === 0 ? ['bloodCount', 'metabolic'] : [])
  if (index === 0 && story.ageAt(visit.day) >= 30)
    for (const panel of ['lipid', 'hba1c', 'tsh'] as const) wanted.add(panel)
  for (const illness of story.illnesses) {
    if (illness.since <= visit.day) for (const panel of illness.condition.panels) wanted.add(panel)
  }
  return wanted
}
