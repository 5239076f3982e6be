import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ana, assertRefused, grantToOsei, imaging, labs, mallory, osei } from '../test/people.ts'
import {
  epochKeyOf,
  openKeyring,
  recipientHashOf,
  recipientOf,
  rewrapToStaff,
  unwrapEpochKey,
  unwrapEpochSeed,
  unwrapStaffWrap,
  wrapEpochKey,
  wrapEpochSeed,
  type StaffMember,
} from './index.ts'

const doctorRole = 2
const auditorRole = 8
const hospital = openKeyring(new Uint8Array(32).fill(0x0c))
const grant = { ...grantToOsei, epoch: 2, reader: hospital.account }
const seed = ana.epochSeed(labs, 2)
const epochKey = epochKeyOf(seed, 2)
const doctor: StaffMember = { account: osei.account, recipient: osei.recipient, role: doctorRole }
const auditor: StaffMember = { account: mallory.account, recipient: mallory.recipient, role: auditorRole }
const context = { ...grant, organisation: hospital.account, reader: osei.account }

const rewrap = (wrap: Uint8Array, over: Partial<Parameters<typeof rewrapToStaff>[0]> = {}) =>
  rewrapToStaff({
    wrap,
    organisationSeed: hospital.recipientSeed,
    context: grant,
    expectedRecipientHash: recipientHashOf(recipientOf(epochKey)),
    staff: [doctor, auditor],
    permittedRoles: [doctorRole],
    ...over,
  })

let granted: Uint8Array
let wrap: Uint8Array
before(async () => {
  granted = await wrapEpochSeed({ seed, readerRecipient: hospital.recipient, context: grant })
  wrap = (await rewrap(granted))[0]!.wrap
})

describe('what an organisation hands on', () => {
  it('[E17] goes to people in a permitted role, and to nobody else', async () => {
    const made = await rewrap(granted)
    assert.deepEqual(
      made.map(({ account }) => account),
      [osei.account],
    )
    const opened = await unwrapStaffWrap({ wrap, readerSeed: osei.recipientSeed, context })
    assert.deepEqual(opened, { seed })
    assert.deepEqual(await rewrap(granted, { permittedRoles: [] }), [])
  })

  it('[E16] [E17] a grant from now on stays one', async () => {
    const fromNowOn = await wrapEpochKey({ epochKey, readerRecipient: hospital.recipient, context: grant })
    const [made] = await rewrap(fromNowOn)
    const opened = await unwrapStaffWrap({ wrap: made!.wrap, readerSeed: osei.recipientSeed, context })
    assert.deepEqual(opened, { epochKey })
  })

  it('[E17] attack: an auditor, a former member or the patient’s other reader opens it', async () => {
    for (const { recipientSeed } of [mallory, hospital, ana])
      await assertRefused(
        () => unwrapStaffWrap({ wrap, readerSeed: recipientSeed, context }),
        'wrap-not-for-reader',
      )
  })

  it('[E17] attack: replayed for another patient, compartment, epoch, organisation, reader or chain', async () => {
    const replays = [
      { patient: mallory.account },
      { compartment: imaging },
      { epoch: 3 },
      { organisation: mallory.account },
      { reader: mallory.account },
      { chainId: 1 },
    ] as const
    for (const change of replays)
      await assertRefused(
        () => unwrapStaffWrap({ wrap, readerSeed: osei.recipientSeed, context: { ...context, ...change } }),
        'wrap-not-for-reader',
      )
  })

  it('[E17] attack: passed off as a wrap by the patient', async () => {
    const own = { wrap, readerSeed: osei.recipientSeed, context: { ...grant, reader: osei.account } }
    await assertRefused(() => unwrapEpochKey(own), 'wrap-not-for-reader')
    await assertRefused(() => unwrapEpochSeed(own), 'wrap-malformed')
    await assertRefused(
      () => unwrapStaffWrap({ wrap: granted, readerSeed: osei.recipientSeed, context }),
      'wrap-malformed',
    )
  })

  it('[E17] what is not the seed of the epoch on chain is not handed on', async () => {
    const other = recipientHashOf(ana.recipient)
    await assertRefused(() => rewrap(granted, { expectedRecipientHash: other }), 'wrap-seed-mismatch')
    await assertRefused(
      () => rewrap(granted, { organisationSeed: mallory.recipientSeed }),
      'wrap-not-for-reader',
    )
  })
})
