/** The smallest valid resources, for tests. */
export const patient = (id = 'p1') => ({ resourceType: 'Patient', id })

export const observation = (id: string, patientId = 'p1', more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '718-7' }] },
  subject: { reference: `Patient/${patientId}` },
  ...more,
})

export const practitioner = (id = 'd1') => ({ resourceType: 'Practitioner', id })

export const bundle = (resources: unknown[], type = 'collection', more: object = {}) => ({
  resourceType: 'Bundle',
  type,
  entry: resources.map((resource) => ({ resource })),
  ...more,
})

export const bytesOf = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

export const ndjsonOf = (values: unknown[]): Uint8Array<ArrayBuffer> =>
  bytesOf(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n'))
