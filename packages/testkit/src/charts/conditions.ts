import type { Code } from './codes.ts'
import type { AnalyteName, PanelName } from './analytes.ts'

/** A medicine by its RxNorm ingredient. @see https://www.nlm.nih.gov/research/umls/rxnorm */
export interface Drug {
  ingredient: Code
  text: string
  dose: string
}

/** A chronic condition and what follows from it. */
export interface ConditionStory {
  /** https://browser.ihtsdotools.org */
  snomed: Code
  /** https://icd.who.int/browse10 */
  icd10: string
  fromAge: number
  /** Share of people above that age who have it. */
  share: number
  sex?: 'female' | 'male'
  drugs: Drug[]
  panels: PanelName[]
  /** How far results lie from healthy while untreated, in the unit of the analyte; treatment takes most of it away. */
  shifts: Partial<Record<AnalyteName, number>>
  /** mmHg added to the systolic pressure while untreated. */
  systolicShift?: number
  procedures: Code[]
  goal?: string
}

const drug = (code: string, name: string, strength: string, dose: string): Drug => ({
  ingredient: [code, name],
  text: `${name} ${strength}`,
  dose,
})

export const conditions: ConditionStory[] = [
  {
    snomed: ['44054006', 'Type 2 diabetes mellitus'],
    icd10: 'E11.9',
    fromAge: 30,
    share: 0.28,
    drugs: [
      drug('6809', 'Metformin', '500 mg tablet', 'One tablet twice a day with meals'),
      drug('25789', 'Glimepiride', '1 mg tablet', 'One tablet before breakfast'),
    ],
    panels: ['hba1c', 'metabolic'],
    shifts: { hba1c: 3.1, glucose: 85, triglycerides: 40 },
    procedures: [['401191002', 'Diabetic foot examination']],
    goal: 'Haemoglobin A1c below 7.0 %',
  },
  {
    snomed: ['59621000', 'Essential hypertension'],
    icd10: 'I10',
    fromAge: 30,
    share: 0.38,
    drugs: [
      drug('17767', 'Amlodipine', '5 mg tablet', 'One tablet once a day'),
      drug('52175', 'Losartan', '50 mg tablet', 'One tablet once a day'),
    ],
    panels: ['metabolic', 'lipid'],
    shifts: { creatinine: 0.15 },
    systolicShift: 28,
    procedures: [['29303009', 'Electrocardiographic procedure']],
    goal: 'Blood pressure below 130/80 mmHg',
  },
  {
    snomed: ['55822004', 'Hyperlipidemia'],
    icd10: 'E78.5',
    fromAge: 30,
    share: 0.3,
    drugs: [drug('83367', 'Atorvastatin', '20 mg tablet', 'One tablet at night')],
    panels: ['lipid'],
    shifts: { cholesterol: 75, ldl: 68, triglycerides: 70, hdl: -6 },
    procedures: [],
    goal: 'LDL cholesterol below 100 mg/dL',
  },
  {
    snomed: ['40930008', 'Hypothyroidism'],
    icd10: 'E03.9',
    fromAge: 18,
    share: 0.1,
    drugs: [drug('10582', 'Levothyroxine', '50 microgram tablet', 'One tablet before breakfast')],
    panels: ['tsh'],
    shifts: { tsh: 8.5, cholesterol: 20 },
    procedures: [],
  },
  {
    snomed: ['87522002', 'Iron deficiency anemia'],
    icd10: 'D50.9',
    fromAge: 3,
    share: 0.24,
    sex: 'female',
    drugs: [drug('24947', 'Ferrous sulfate', '200 mg tablet', 'One tablet once a day')],
    panels: ['bloodCount'],
    shifts: { haemoglobin: -3.2, haematocrit: -9, mcv: -14, erythrocytes: -0.5 },
    procedures: [],
  },
  {
    snomed: ['195967001', 'Asthma'],
    icd10: 'J45.9',
    fromAge: 4,
    share: 0.08,
    drugs: [drug('435', 'Albuterol', '100 microgram inhaler', 'Two puffs when breathless')],
    panels: ['bloodCount'],
    shifts: { leukocytes: 0.8 },
    procedures: [['127783003', 'Spirometry']],
  },
  {
    snomed: ['90560007', 'Gout'],
    icd10: 'M10.9',
    fromAge: 40,
    share: 0.06,
    sex: 'male',
    drugs: [drug('519', 'Allopurinol', '100 mg tablet', 'One tablet once a day')],
    panels: ['metabolic'],
    shifts: { creatinine: 0.1 },
    procedures: [],
  },
  {
    snomed: ['433144002', 'Chronic kidney disease stage 3'],
    icd10: 'N18.3',
    fromAge: 55,
    share: 0.1,
    drugs: [drug('29046', 'Lisinopril', '10 mg tablet', 'One tablet once a day')],
    panels: ['metabolic', 'bloodCount'],
    shifts: { creatinine: 1.1, urea: 18, potassium: 0.5, haemoglobin: -1.2 },
    procedures: [],
  },
  {
    snomed: ['53741008', 'Coronary arteriosclerosis'],
    icd10: 'I25.1',
    fromAge: 50,
    share: 0.1,
    drugs: [drug('1191', 'Aspirin', '75 mg tablet', 'One tablet once a day after food')],
    panels: ['lipid', 'metabolic'],
    shifts: { ldl: 30, cholesterol: 30 },
    procedures: [['40701008', 'Echocardiography']],
  },
  {
    snomed: ['235595009', 'Gastroesophageal reflux disease'],
    icd10: 'K21.9',
    fromAge: 20,
    share: 0.12,
    drugs: [drug('7646', 'Omeprazole', '20 mg capsule', 'One capsule before breakfast')],
    panels: ['bloodCount'],
    shifts: {},
    procedures: [],
  },
  {
    snomed: ['35489007', 'Depressive disorder'],
    icd10: 'F32.9',
    fromAge: 16,
    share: 0.1,
    drugs: [drug('36437', 'Sertraline', '50 mg tablet', 'One tablet once a day')],
    panels: ['tsh'],
    shifts: {},
    procedures: [['75516001', 'Psychotherapy']],
    goal: 'PHQ-9 score below 5',
  },
]

/** Short illnesses that bring anyone to a doctor. */
export const acuteConditions: { snomed: Code; icd10: string; drug: Drug }[] = [
  {
    snomed: ['195662009', 'Acute viral pharyngitis'],
    icd10: 'J02.9',
    drug: drug('161', 'Acetaminophen', '500 mg tablet', 'One tablet up to four times a day'),
  },
  {
    snomed: ['10509002', 'Acute bronchitis'],
    icd10: 'J20.9',
    drug: drug('435', 'Albuterol', '100 microgram inhaler', 'Two puffs when breathless'),
  },
  {
    snomed: ['44465007', 'Sprain of ankle'],
    icd10: 'S93.4',
    drug: drug('5640', 'Ibuprofen', '400 mg tablet', 'One tablet three times a day with food'),
  },
  {
    snomed: ['38822007', 'Cystitis'],
    icd10: 'N30.9',
    drug: drug('7454', 'Nitrofurantoin', '100 mg capsule', 'One capsule twice a day for five days'),
  },
]

/** Allergies with a reaction. https://browser.ihtsdotools.org */
export const allergies: { snomed: Code; category: 'food' | 'medication' | 'environment'; reaction: Code }[] =
  [
    {
      snomed: ['91936005', 'Allergy to penicillin'],
      category: 'medication',
      reaction: ['271807003', 'Eruption of skin'],
    },
    { snomed: ['91935009', 'Allergy to peanut'], category: 'food', reaction: ['39579001', 'Anaphylaxis'] },
    {
      snomed: ['232350006', 'House dust mite allergy'],
      category: 'environment',
      reaction: ['247472004', 'Weal'],
    },
    { snomed: ['300916003', 'Latex allergy'], category: 'environment', reaction: ['247472004', 'Weal'] },
    {
      snomed: ['418689008', 'Allergy to grass pollen'],
      category: 'environment',
      reaction: ['247472004', 'Weal'],
    },
  ]
