import { bytesToBase64 } from '@hre/protocol'
import type { DiagnosticReport, Reference, ServiceRequest } from '@medplum/fhirtypes'
import { ownTitle, type OwnDocumentType } from './own-records.ts'

/**
 * A laboratory's report as the document that it is, such as a PDF of its system.
 *
 * @param report.title - one line of text; see `ownTitle`.
 * @param report.takenAt - ISO 8601: when the sample was taken.
 * @param report.basedOn - the orders that it answers.
 * @throws RangeError without a title.
 */
export function laboratoryReportOf(report: {
  title: string
  takenAt: string
  issued: string
  contentType: OwnDocumentType
  bytes: Uint8Array
  basedOn: readonly Reference<ServiceRequest>[]
}): DiagnosticReport {
  const { takenAt, issued, contentType, bytes, basedOn } = report
  const title = ownTitle(report.title)
  if (title === '') throw new RangeError('a report has a title')
  return {
    resourceType: 'DiagnosticReport',
    status: 'final',
    // Among the results, whatever is in the document. https://terminology.hl7.org/CodeSystem-v2-0074.html
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'LAB' }] }],
    // https://loinc.org/11502-2
    code: {
      coding: [{ system: 'http://loinc.org', code: '11502-2', display: 'Laboratory report' }],
      text: title,
    },
    effectiveDateTime: takenAt,
    issued,
    ...(basedOn.length > 0 && { basedOn: [...basedOn] }),
    presentedForm: [{ contentType, title, creation: issued, data: bytesToBase64(bytes) }],
  }
}
