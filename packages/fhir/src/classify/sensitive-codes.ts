import { systems, type FoundCoding } from './codings.ts'

/** Codes of mental and behavioural health: what moves a record to the `mental-health` compartment. Not complete: labels are. */
const mentalHealthCodes: Record<string, ReadonlySet<string>> = {
  // https://browser.ihtsdotools.org
  [systems.snomed]: new Set([
    '74732009', // Mental disorder
    '35489007', // Depressive disorder
    '310495003', // Mild depression
    '370143000', // Major depressive disorder
    '36923009', // Major depression, single episode
    '66344007', // Recurrent major depression
    '48694002', // Anxiety
    '197480006', // Anxiety disorder
    '21897009', // Generalized anxiety disorder
    '371631005', // Panic disorder
    '47505003', // Posttraumatic stress disorder
    '191736004', // Obsessive-compulsive disorder
    '13746004', // Bipolar disorder
    '58214004', // Schizophrenia
    '69322001', // Psychotic disorder
    '406506008', // Attention deficit hyperactivity disorder
    '408856003', // Autistic disorder
    '72366004', // Eating disorder
    '56882008', // Anorexia nervosa
    '78004001', // Bulimia nervosa
    '7200002', // Alcoholism
    '66590003', // Alcohol dependence
    '15167005', // Alcohol abuse
    '5602001', // Opioid abuse
    '75544000', // Opioid dependence
    '26416006', // Drug abuse
    '191816009', // Drug dependence
    '6471006', // Suicidal thoughts
    '82313006', // Suicide attempt
    '171207006', // Depression screening
    '75516001', // Psychotherapy
    '76168009', // Group psychotherapy
    '228557008', // Cognitive and behavioural therapy
    '23835007', // Electroconvulsive therapy
    '394587001', // Psychiatry (specialty)
    '394913002', // Psychotherapy (specialty)
  ]),
  // https://loinc.org
  [systems.loinc]: new Set([
    '44249-1', // PHQ-9 panel
    '44250-9', // PHQ-9 items
    '44251-7',
    '44252-5',
    '44253-3',
    '44254-1',
    '44255-8',
    '44258-2',
    '44259-0',
    '44260-8',
    '44261-6', // PHQ-9 total score
    '55757-9', // PHQ-2 panel
    '55758-7', // PHQ-2 total score
    '69737-5', // GAD-7 panel
    '70274-6', // GAD-7 total score
    '71354-5', // Edinburgh Postnatal Depression Scale
    '75626-2', // AUDIT-C total score
    '82667-7', // DAST-10 total score
    '28628-6', // Psychiatry note
    '34788-0', // Psychiatry consult note
  ]),
  // https://terminology.hl7.org/CodeSystem-v3-RoleCode.html
  [systems.roleCode]: new Set(['PSYCHF', 'PHU', 'CAPC', 'PSI', 'PSY', 'RHAT', 'SURF']),
  // https://terminology.hl7.org/CodeSystem-service-category.html
  [systems.serviceCategory]: new Set(['22']),
  // https://terminology.hl7.org/CodeSystem-service-type.html
  [systems.serviceType]: new Set(
    '70 78 80 81 105 134 135 136 137 138 139 140 141 142 239 417 423 455 490 541 564'.split(' '),
  ),
}

/** Not mental health, but protected as strictly. */
const specialCodes: Record<string, ReadonlySet<string>> = {
  [systems.snomed]: new Set([
    '86406008', // Human immunodeficiency virus infection
    '31676001', // HIV antigen test
  ]),
  [systems.loinc]: new Set([
    '56888-1', // HIV 1+2 antibody and antigen
    '20447-9', // HIV 1 RNA
  ]),
}

export function isMentalHealthCode({ system = '', code }: FoundCoding): boolean {
  if (mentalHealthCodes[system]?.has(code)) return true
  // ICD-10 chapter V (F00-F99) and intentional self-harm (X60-X84, in ICD-10-CM X71-X83). https://icd.who.int/browse10
  if (system.startsWith(systems.icd10)) return /^(F\d|X[67]\d|X8[0-4])/.test(code)
  // ICD-9-CM 290-319: mental disorders.
  return system === systems.icd9 && /^(29\d|30\d|31\d)(\.|$)/.test(code)
}

export function isSpecialCode({ system = '', code }: FoundCoding): boolean {
  if (specialCodes[system]?.has(code)) return true
  // HIV disease and asymptomatic infection.
  return system.startsWith(systems.icd10) && /^(B2[0-4]|Z21)/.test(code)
}
