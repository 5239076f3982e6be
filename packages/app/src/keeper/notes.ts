import { fileRecords, recordsOfChart, type Actor } from '@hre/sdk'
import type { DocumentReference } from '@hre/fhir'
import type { Hex } from './api.ts'

/** Seals a doctor's note as a FHIR document and files it, signed, in the patient's chart. */
export async function fileNote(
  actor: Actor,
  note: { patient: Hex; title: string; text: string },
  author: string | null,
): Promise<void> {
  const resource: DocumentReference = {
    resourceType: 'DocumentReference',
    status: 'current',
    docStatus: 'final',
    // https://loinc.org/11506-3
    type: {
      coding: [{ system: 'http://loinc.org', code: '11506-3', display: 'Progress note' }],
      text: note.title,
    },
    date: new Date().toISOString(),
    ...(author && { author: [{ display: author }] }),
    content: [
      {
        attachment: { contentType: 'text/plain; charset=utf-8', title: note.title, data: base64(note.text) },
      },
    ],
  }
  await fileRecords(actor, { patient: note.patient, records: recordsOfChart([resource]) })
}

const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
