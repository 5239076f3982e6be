import type { CodeableConcept, Reference, Resource, ServiceRequest } from '@medplum/fhirtypes'
import { codesIn } from './classify/codings.ts'

// Orders of laboratory tests and what answers them (spec/records.md R18).

/** @see https://hl7.org/fhir/R4/valueset-servicerequest-category.html */
export const laboratoryProcedure = { system: 'http://snomed.info/sct', code: '108252007' } as const

/** Of an identifier that is a record id (R1): a record cannot name itself, whoever answers it can. */
export const recordSystem = 'urn:hre:record'

/** @see https://hl7.org/fhir/R4/valueset-request-priority.html */
export const orderPriorities = ['routine', 'urgent'] as const
export type OrderPriority = (typeof orderPriorities)[number]

export interface OrderedTest {
  /** LOINC; null for a test that is named in words. */
  code: string | null
  title: string
}

/** One test that somebody is asked to do. Several are one order when they are filed in one batch. */
export function laboratoryOrderOf(order: {
  test: OrderedTest
  priority: OrderPriority
  /** In words; may be empty. */
  reason: string
  /** ISO 8601. */
  authoredOn: string
  requester: string | null
}): ServiceRequest {
  const { test, priority, reason, authoredOn, requester } = order
  return {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    category: [{ coding: [laboratoryProcedure] }],
    priority,
    code: conceptOf(test),
    // Whose it is, the record says (R1): a name in it would be one more place to keep right.
    subject: { type: 'Patient' },
    authoredOn,
    ...(requester && { requester: { type: 'Practitioner', display: requester } }),
    ...(reason && { reasonCode: [{ text: reason }] }),
  }
}

const conceptOf = ({ code, title }: OrderedTest): CodeableConcept => ({
  ...(code && { coding: [{ system: 'http://loinc.org', code }] }),
  text: title,
})

/** What a result says of the order that it answers. @param record - of the order. */
export const referenceToOrder = (record: string): Reference<ServiceRequest> => ({
  type: 'ServiceRequest',
  identifier: { system: recordSystem, value: record },
})

/** Also of what came from outside, whatever is in it. */
export const isLaboratoryOrder = (resource: Resource): boolean =>
  resource.resourceType === 'ServiceRequest' &&
  codesIn((resource as ServiceRequest).category).some(
    ({ system, code }) => system === laboratoryProcedure.system && code === laboratoryProcedure.code,
  )
