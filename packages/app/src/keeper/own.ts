import { ownDocumentOf, ownDocumentTypeOf, ownMeasurementOf } from '@hre/fhir'
import { eraseCall, hreError } from '@hre/protocol'
import { fileOwnRecords, openRecords, recordsOfChart, requestAccess, submit } from '@hre/sdk'
import { attachmentOf } from '../chart/item.ts'
import type { Hex, Keeper } from './api.ts'
import type { Present, Room } from './keeper.ts'

/** What a patient adds to the own chart and takes away again, and the pictures and PDFs of documents. */
export function ownRecordsOf(room: Room): Pick<Keeper, 'addOwn' | 'removeOwn' | 'document'> {
  return {
    async addOwn(wish) {
      const { actor } = room.present()
      const resource =
        wish.what === 'document' ? ownDocumentOf(wish.document) : ownMeasurementOf(wish.measurement)
      await fileOwnRecords(actor, { records: recordsOfChart([resource]) })
      return null
    },
    async removeOwn(record) {
      const { actor, charts } = room.present()
      const proven = charts.provenOf(record)
      if (proven?.organisation !== actor.account) throw hreError('not-found')
      const { organisation, leaf, proof } = proven
      await submit(actor, [eraseCall(actor.deployment, { organisation, leaf, proof })])
      return null
    },
    async document(record) {
      const attachment = attachmentOf(await bodyOf(room.present(), record))
      if (!attachment) throw hreError('not-found')
      const bytes = bytesIn(attachment.data)
      const contentType = ownDocumentTypeOf(bytes)
      // By its bytes: what a record says of its file is somebody's word.
      if (!contentType) throw hreError('bad-request', { field: 'content' })
      return { contentType, bytes }
    },
  }
}

/**
 * What is in one record that was opened before, fetched and checked once more: contents are not kept.
 *
 * @throws HreError `not-found` before that, and once it is not open any more.
 */
async function bodyOf({ actor, charts }: Present, record: Hex): Promise<Uint8Array> {
  const patient = charts.provenOf(record)?.leaf.patient as Hex | undefined
  if (!patient) throw hreError('not-found')
  const purpose = charts.purposeOf(record) ?? (patient === actor.account ? 'PATRQT' : 'TREAT')
  const emergency = purpose === 'ETREAT' ? await (await charts.emergencies()).openFor(patient) : undefined
  const access = await requestAccess(actor, { patient, purpose, records: [record] })
  const keys = emergency && { emergency: emergency.keys }
  for await (const { body } of openRecords(actor, access, keys)) return body
  throw hreError('not-found')
}

/** @throws HreError `bad-request` for what is no base64. */
function bytesIn(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch (cause) {
    throw hreError('bad-request', { field: 'content' }, cause)
  }
}
