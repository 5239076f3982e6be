export interface DemoOrganisation {
  id: string
  name: string
  kind: 'hospital'
}

export interface DemoPerson {
  /** Kebab-case, stable: used in files, logs and commands. */
  id: string
  name: string
  /** `patient`, or the name of a member's role. */
  role: 'patient' | 'administrator' | 'doctor' | 'nurse' | 'lab technician' | 'auditor'
  /** Id of the organisation the person acts for; patients act for none. */
  organisation?: OrganisationId
}

export type OrganisationId = 'city-hospital' | 'lakeside-clinic'

/** The organisations of every example, test and screen. */
export const organisations = {
  'city-hospital': { id: 'city-hospital', name: 'City Hospital', kind: 'hospital' },
  'lakeside-clinic': { id: 'lakeside-clinic', name: 'Lakeside Clinic', kind: 'hospital' },
} as const satisfies Record<OrganisationId, DemoOrganisation>

/** The people of every example, test and screen. Invented; no keys here. */
export const people = {
  ana: { id: 'ana', name: 'Ana Sharma', role: 'patient' },
  'dr-mehta': { id: 'dr-mehta', name: 'Dr Kavita Mehta', role: 'doctor', organisation: 'city-hospital' },
  'dr-osei': { id: 'dr-osei', name: 'Dr Kwame Osei', role: 'doctor', organisation: 'lakeside-clinic' },
  lina: { id: 'lina', name: 'Lina Kaur', role: 'lab technician', organisation: 'city-hospital' },
  tom: { id: 'tom', name: 'Tom Fernandes', role: 'nurse', organisation: 'lakeside-clinic' },
  'admin-city': {
    id: 'admin-city',
    name: 'Harjit Gill',
    role: 'administrator',
    organisation: 'city-hospital',
  },
  'admin-lakeside': {
    id: 'admin-lakeside',
    name: 'Mercy Adeyemi',
    role: 'administrator',
    organisation: 'lakeside-clinic',
  },
  ravi: { id: 'ravi', name: 'Ravi Iyer', role: 'auditor', organisation: 'city-hospital' },
} as const satisfies Record<string, DemoPerson>

export type PersonId = keyof typeof people
