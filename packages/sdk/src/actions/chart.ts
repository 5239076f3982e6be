import { compartmentNames, compartments as compartmentTable, type CompartmentName } from '@hre/fhir'
import {
  grantCall,
  limits,
  openCompartmentCall,
  setInboxCall,
  type Call,
  type Deployment,
} from '@hre/protocol'
import { contentIdOf, recipientOf, wrapCompartmentMap } from '@hre/vault'
import { bytesToHex, hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { submit, type Applied } from '../submit.ts'
import { recipientOfAccount } from './account.ts'

/** The patient's id for each part of a chart; its name is known to key holders only. */
export const compartmentIds = (actor: Actor): Record<CompartmentName, Hex> =>
  Object.fromEntries(compartmentNames.map((name) => [name, actor.keyring.compartmentId(name)])) as Record<
    CompartmentName,
    Hex
  >

/** What the map of a chart's parts is sealed for (E8). */
export const mapContext = ({ chainId, consent }: Deployment, patient: Address, reader: Address) => ({
  chainId,
  consent,
  patient,
  reader,
})

/**
 * Opens all parts of the actor's chart and lets an organisation file records in them: what a patient does once, at
 * the front desk. The organisation can write, not read.
 *
 * @param options.until - Unix seconds, exclusive: end of the right to write.
 */
export async function openChart(
  actor: Actor,
  options: { writer: Address; until: number },
): Promise<Applied[]> {
  const { deployment, keyring } = actor
  const ids = compartmentIds(actor)
  const map = await wrapCompartmentMap({
    map: ids,
    readerRecipient: hexToBytes(await recipientOfAccount(actor, options.writer)),
    context: mapContext(deployment, actor.account, options.writer),
  })
  const calls: Call[] = compartmentNames.flatMap((name) => [
    openCompartmentCall(
      deployment,
      ids[name],
      compartmentTable[name].sensitivity,
      bytesToHex(recipientOf(keyring.epochSeed(ids[name], 1))),
    ),
    grantCall(deployment, {
      reader: options.writer,
      compartment: ids[name],
      rights: ['write'],
      purposes: ['TREAT'],
      ceiling: 5,
      from: Math.floor(Date.now() / 1000) - limits.accessRequestAheadSecondsMax,
      until: options.until,
      wrapHash: contentIdOf(map),
    }),
  ])
  return submit(actor, calls, { attachments: [map] })
}

/** The name that the id of the actor's inbox is derived from. */
const inboxName = 'inbox'

/** Unknown senders: as sensitive as anything may be. */
const inboxSensitivity = 5

/**
 * Lets organisations that the actor never met file records, into a part of the chart of its own that nobody but the actor
 * opens (C17). Again: opens it anew after `closeInbox`.
 */
export async function openInbox(actor: Actor): Promise<Applied[]> {
  const { deployment, keyring } = actor
  const inbox = keyring.compartmentId(inboxName)
  const { compartments } = await actor.session.call('listCompartments', {
    params: { patient: actor.account },
  })
  const isThere = compartments.some(({ compartment }) => compartment === inbox)
  const recipient = bytesToHex(recipientOf(keyring.epochSeed(inbox, 1)))
  const open = isThere ? [] : [openCompartmentCall(deployment, inbox, inboxSensitivity, recipient)]
  return submit(actor, [...open, setInboxCall(deployment, inbox)])
}

/** Strangers file nothing more; what they filed stays. */
export const closeInbox = (actor: Actor): Promise<Applied[]> =>
  submit(actor, [setInboxCall(actor.deployment, undefined)])
