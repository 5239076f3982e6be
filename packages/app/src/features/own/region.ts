import { ownMeasurements, type OwnMeasurementKind } from '@hre/fhir'

/** Where people weigh in pounds, and where they read a thermometer in Fahrenheit: India's household thermometers do. */
const pounds = new Set(['US', 'LR', 'MM'])
const fahrenheit = new Set(['US', 'IN', 'BS', 'BZ', 'KY', 'LR', 'PW'])
/** Where sugar is counted in milligrams; elsewhere in millimoles. */
const milligrams = new Set(
  'US IN PK BD LK NP DE FR IT ES PT BE AT PL GR TR IL EG SA AE JP KR TW TH ID PH BR MX AR CL CO PE'.split(
    ' ',
  ),
)

/** The unit that is usual where this device is from. @param language - BCP 47, as the device says it. */
export function usualUnit(kind: OwnMeasurementKind, language: string): string {
  const region = new Intl.Locale(language).maximize().region ?? ''
  const [first, second] = ownMeasurements[kind].units
  const isSecond =
    (kind === 'weight' && pounds.has(region)) ||
    (kind === 'temperature' && fahrenheit.has(region)) ||
    (kind === 'blood-sugar' && !milligrams.has(region))
  return (isSecond && second ? second : first).unit
}
