import type { DiagnosticReport, Observation, Specimen } from '@medplum/fhirtypes'
import { analytes, panels, type Analyte, type AnalyteName, type PanelName } from './analytes.ts'
import { concept, hl7, loinc, named, snomed, systems } from './codes.ts'
import { instantOf } from './days.ts'
import type { Providers } from './providers.ts'
import { round } from './round.ts'
import type { Link, Story, Visit } from './story.ts'

/** Blood taken at a visit: a specimen, the results and a report that groups them. */
export function addPanel(story: Story, providers: Providers, visit: Visit, name: PanelName): void {
  const panel = panels[name]
  const taken = instantOf(visit.day, visit.minuteOfDay + 15)
  const specimen = story.add<Specimen>({
    resourceType: 'Specimen',
    status: 'available',
    type: named(snomed(['119297000', 'Blood specimen'])),
    subject: story.patient,
    collection: { collectedDateTime: taken },
  })
  const result = panel.analytes.map((analyte) => addResult(story, providers, visit, analyte, specimen))
  story.add<DiagnosticReport>({
    resourceType: 'DiagnosticReport',
    status: 'final',
    category: [{ coding: [hl7('v2-0074', 'LAB')] }],
    code: concept(panel.text, loinc([...panel.loinc])),
    subject: story.patient,
    encounter: visit.encounter,
    effectiveDateTime: taken,
    issued: instantOf(visit.day, visit.minuteOfDay + 240),
    performer: [providers.laboratory],
    resultsInterpreter: [visit.doctor],
    specimen: [specimen],
    result,
  })
}

function addResult(
  story: Story,
  providers: Providers,
  visit: Visit,
  name: AnalyteName,
  specimen: Link,
): Link {
  const analyte: Analyte = analytes[name]
  const value = valueAt(story, visit, name)
  const { low, high, unit, digits } = analyte
  const quantity = (amount: number) => ({ value: amount, unit, system: systems.ucum, code: unit })
  const flag = low !== undefined && value < low ? 'L' : high !== undefined && value > high ? 'H' : 'N'
  return story.add<Observation>({
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [hl7('observation-category', 'laboratory')] }],
    code: concept(analyte.text, loinc(analyte.loinc)),
    subject: story.patient,
    encounter: visit.encounter,
    effectiveDateTime: instantOf(visit.day, visit.minuteOfDay + 15),
    issued: instantOf(visit.day, visit.minuteOfDay + 240),
    performer: [providers.technician],
    valueQuantity: quantity(round(value, digits)),
    interpretation: [{ coding: [hl7('v3-ObservationInterpretation', flag)] }],
    specimen,
    referenceRange: [
      {
        ...(low === undefined ? {} : { low: quantity(low) }),
        ...(high === undefined ? {} : { high: quantity(high) }),
      },
    ],
  })
}

/** Healthy, moved by what the person has by then, with a little noise. */
function valueAt(story: Story, visit: Visit, name: AnalyteName): number {
  const analyte: Analyte = analytes[name]
  const baseline = story.baselines.get(name) ?? analyte.healthy + analyte.spread * 0.8 * story.random.bell()
  story.baselines.set(name, baseline)
  let value = baseline + analyte.spread * 0.35 * story.random.bell()
  for (const illness of story.illnesses) {
    value += (illness.condition.shifts[name] ?? 0) * story.severityAt(illness, visit.day)
  }
  return round(Math.max(value, analyte.healthy * 0.3), analyte.digits)
}
