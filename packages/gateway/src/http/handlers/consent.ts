import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lte } from 'drizzle-orm'
import {
  hreError,
  readingRoles,
  rights,
  roles,
  type CompartmentView,
  type consentRoutes,
} from '@hre/protocol'
import {
  recipientHashOf,
  rewrapToStaff,
  unwrapCompartmentMap,
  unwrapRecordKey,
  wrapRecordKey,
} from '@hre/vault'
import { bytesToHex, hexToBytes, type Address, type Hex } from 'viem'
import { emergencyOf } from '../../access/emergencies.ts'
import { rulingTime } from '../../access/moments.ts'
import { assertMayDecideFor } from '../../access/delegates.ts'
import type { Gateway } from '../../gateway.ts'
import { inboxOf } from '../../follower/inbox.ts'
import { accountView, organisationOf } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { cursorAfter, pageOf, placeIn } from '../paging.ts'
import { rotationWrapsSchema } from '@hre/protocol'

export const consentHandlers: Handlers<keyof typeof consentRoutes> = {
  async listCompartments(gateway, { account, params }) {
    const { db, follower } = gateway
    await follower.sync()
    const visible = await visibleCompartments(gateway, account, params.patient)
    if (visible.length === 0) throw hreError('not-found')
    const epochs = await db
      .select()
      .from(t.epochs)
      .where(eq(t.epochs.patient, params.patient))
      .orderBy(asc(t.epochs.epoch))
    const inbox = await inboxOf(db, params.patient)
    const compartments: CompartmentView[] = visible.map(({ compartment, sensitivity, epoch }) => ({
      compartment,
      sensitivity,
      epoch,
      epochs: epochs
        .filter((row) => row.compartment === compartment)
        .map(({ epoch: number, recipient, backLink, block }) => ({
          epoch: number,
          recipient,
          backLink,
          sinceBlock: block,
        })),
      inbox: compartment === inbox,
    }))
    return { compartments }
  },

  async listGrants(gateway, { account, query }) {
    const { db, follower } = gateway
    await follower.sync()
    const given = query.side === 'given'
    const { patient = account } = query
    if (patient !== account) await assertMayDecideFor(gateway, account, patient)
    const readers = await readersOf(db, account)
    const [after = 0] = placeIn('grants', query.cursor, 'number') ?? []
    const found = await db
      .select()
      .from(t.grants)
      .where(
        and(
          given ? eq(t.grants.patient, patient) : inArray(t.grants.reader, readers),
          gt(t.grants.id, Number(after)),
        ),
      )
      .orderBy(asc(t.grants.id))
      .limit(query.limit + 1)
    const { rows, next } = pageOf(found, query.limit, ({ id }) => cursorAfter('grants', id))
    const grants = rows.map(
      ({ ended, id: _id, epoch: _epoch, since: _since, conditions: _conditions, ...grant }) => ({
        ...grant,
        revoked: ended !== null,
      }),
    )
    return { grants, next }
  },

  async listRecordGrants({ db, follower }, { account, query }) {
    await follower.sync()
    const [after = 0] = placeIn('record-grants', query.cursor, 'number') ?? []
    const found = await db
      .select()
      .from(t.recordGrants)
      .where(
        and(
          query.side === 'given'
            ? eq(t.recordGrants.patient, account)
            : inArray(t.recordGrants.reader, await readersOf(db, account)),
          gt(t.recordGrants.id, Number(after)),
        ),
      )
      .orderBy(asc(t.recordGrants.id))
      .limit(query.limit + 1)
    const { rows, next } = pageOf(found, query.limit, ({ id }) => cursorAfter('record-grants', id))
    const grants = rows.map(({ ended, id: _id, since: _since, ...grant }) => ({
      ...grant,
      revoked: ended !== null,
    }))
    return { grants, next }
  },

  async getRecordWrap(gateway, { account, params }) {
    await gateway.follower.sync()
    const grant =
      (await recordGrantInForce(gateway, { ...params, reader: account })) ??
      (await recordGrantToStaff(gateway, account, params))
    if (!grant) throw hreError('not-found')
    const wrap = await attachment(gateway, grant.wrapHash)
    const handed = grant.reader === account ? wrap : await handRecordOn(gateway, account, grant, wrap)
    return { purposes: grant.purposes, wrap: Buffer.from(handed).toString('base64') }
  },

  async getWrap(gateway, { account, params }) {
    await gateway.follower.sync()
    const grant = await readGrantOf(gateway, account, params)
    const [newest] = await rotations(gateway, params)
    const wrap = newest && newest.epoch > grant.epoch && (await rotationWrap(gateway, newest, grant.reader))
    const held = wrap ? { epoch: newest.epoch, wrap } : await grantWrap(gateway, grant)
    return handOn(gateway, account, grant, held)
  },

  async getEpochWrap(gateway, { account, params }) {
    await gateway.follower.sync()
    const grant = await readGrantOf(gateway, account, params)
    if (params.epoch === grant.epoch) return handOn(gateway, account, grant, await grantWrap(gateway, grant))
    const rotation = (await rotations(gateway, params)).find(({ epoch }) => epoch === params.epoch)
    // Wraps from before the grant were for an earlier one, which the patient ended.
    if (!rotation || rotation.epoch < grant.epoch) throw hreError('not-found')
    const wrap = await rotationWrap(gateway, rotation, grant.reader)
    if (!wrap) throw hreError('not-found')
    return handOn(gateway, account, grant, { epoch: rotation.epoch, wrap })
  },

  async getGivenWrap(gateway, { account, params }) {
    const { db, follower } = gateway
    await follower.sync()
    const [grant] = await db
      .select()
      .from(t.grants)
      .where(
        and(
          eq(t.grants.patient, account),
          eq(t.grants.reader, params.reader),
          eq(t.grants.compartment, params.compartment),
          eq(t.grants.filing, false),
          isNull(t.grants.ended),
        ),
      )
    if (!grant) throw hreError('not-found')
    return { wrap: Buffer.from(await attachment(gateway, grant.wrapHash)).toString('base64') }
  },

  async getCompartmentMap(gateway, { account, params }) {
    const { keys, deployment } = gateway
    await gateway.follower.sync()
    const organisation = keys.identity.account
    if ((await organisationOf(gateway.db, account)) !== organisation) throw hreError('not-found')
    const grant = await grantInForce(gateway, {
      patient: params.patient,
      readers: [organisation],
      filing: true,
    })
    if (!grant) throw hreError('not-found')
    const compartments = await unwrapCompartmentMap({
      wrap: await attachment(gateway, grant.wrapHash),
      readerSeed: keys.keyring.recipientSeed,
      context: {
        chainId: deployment.chainId,
        consent: deployment.consent,
        patient: params.patient,
        reader: organisation,
      },
    })
    return { compartments }
  },
}

const readersOf = async (db: Gateway['db'], account: Address): Promise<Address[]> => {
  const organisation = await organisationOf(db, account)
  return organisation && organisation !== account ? [account, organisation] : [account]
}

/**
 * All for the patient; for others those that a grant in force names, whatever its right, or an emergency opens (B8), and
 * for organisations the inbox (C17).
 */
async function visibleCompartments(gateway: Gateway, account: Address, patient: Address) {
  const { db } = gateway
  const rows = await db.select().from(t.compartments).where(eq(t.compartments.patient, patient))
  if (account === patient) return rows
  const granted = await db
    .select({ compartment: t.grants.compartment })
    .from(t.grants)
    .where(
      and(
        eq(t.grants.patient, patient),
        inArray(t.grants.reader, await readersOf(db, account)),
        isNull(t.grants.ended),
      ),
    )
  const open = new Set(granted.map(({ compartment }) => compartment))
  const inbox = (await organisationOf(db, account)) && (await inboxOf(db, patient))
  if (inbox) open.add(inbox)
  const emergency = await emergencyOf(db, account, patient, rulingTime(gateway))
  return rows.filter(({ compartment }) => open.has(compartment) || emergency(compartment) === 'Permitted')
}

async function grantInForce(
  gateway: Gateway,
  wanted: { patient: Address; readers: Address[]; compartment?: Hex; filing: boolean },
) {
  const rows = await gateway.db
    .select()
    .from(t.grants)
    .where(
      and(
        eq(t.grants.patient, wanted.patient),
        inArray(t.grants.reader, wanted.readers),
        eq(t.grants.filing, wanted.filing),
        isNull(t.grants.ended),
        wanted.compartment ? eq(t.grants.compartment, wanted.compartment) : undefined,
      ),
    )
    .orderBy(desc(t.grants.id))
  const now = rulingTime(gateway)
  const right = wanted.filing ? rights.write : rights.read
  return rows.find((grant) => grant.from <= now && now < grant.until && (grant.rights & right) !== 0)
}

type StoredRecordGrant = typeof t.recordGrants.$inferSelect

async function recordGrantInForce(
  gateway: Gateway,
  wanted: { patient: Address; record: Hex; reader: Address },
): Promise<StoredRecordGrant | undefined> {
  const now = rulingTime(gateway)
  const [grant] = await gateway.db
    .select()
    .from(t.recordGrants)
    .where(
      and(
        eq(t.recordGrants.patient, wanted.patient),
        eq(t.recordGrants.reader, wanted.reader),
        eq(t.recordGrants.record, wanted.record),
        isNull(t.recordGrants.ended),
        lte(t.recordGrants.from, now),
        gt(t.recordGrants.until, now),
      ),
    )
    .orderBy(desc(t.recordGrants.id))
    .limit(1)
  return grant
}

/** That of this gateway's organisation, where the caller's role lets them have it (E17). */
async function recordGrantToStaff(
  gateway: Gateway,
  account: Address,
  { patient, record }: { patient: Address; record: Hex },
): Promise<StoredRecordGrant | undefined> {
  const own = gateway.keys.identity.account
  return (await readsFor(gateway, account)) === own
    ? recordGrantInForce(gateway, { patient, record, reader: own })
    : undefined
}

/** One file's key, opened by the key agent and wrapped to the caller for the same record and purposes (E17). */
async function handRecordOn(
  { db, deployment, keys }: Gateway,
  account: Address,
  { patient, compartment, record, purposes, reader: organisation }: StoredRecordGrant,
  wrap: Uint8Array,
): Promise<Uint8Array> {
  const { recipient } = await accountView(db, account)
  const [leaf] = await db.select().from(t.leaves).where(eq(t.leaves.record, record))
  // Granted before this gateway has the batch: ask again when it is indexed.
  if (!leaf || !recipient) throw hreError('not-found')
  const { chainId, consent } = deployment
  const { epoch, content: contentId } = leaf
  const context = { chainId, consent, patient, compartment, epoch, record, contentId, purposes }
  const recordKey = await unwrapRecordKey({
    wrap,
    readerSeed: keys.keyring.recipientSeed,
    context: { ...context, reader: organisation },
  })
  try {
    const readerRecipient = hexToBytes(recipient)
    return await wrapRecordKey({ recordKey, readerRecipient, context: { ...context, reader: account } })
  } finally {
    recordKey.fill(0)
  }
}

/** The organisation for which the caller may have keys, by their role (E17). */
async function readsFor({ db }: Gateway, account: Address): Promise<Address | null> {
  const { organisation, role } = await accountView(db, account)
  return readingRoles.some((name) => roles[name] === role) ? organisation : null
}

type StoredGrant = typeof t.grants.$inferSelect
type StoredEpoch = typeof t.epochs.$inferSelect

/** The caller's own grant to read, else that of this gateway's organisation where their role lets them have it (E17). */
async function readGrantOf(
  gateway: Gateway,
  account: Address,
  { patient, compartment }: { patient: Address; compartment: Hex },
): Promise<StoredGrant> {
  const { keys } = gateway
  const wanted = { patient, compartment, filing: false }
  const own = await grantInForce(gateway, { ...wanted, readers: [account] })
  if (own) return own
  const organisation = keys.identity.account
  if ((await readsFor(gateway, account)) !== organisation) throw hreError('not-found')
  const shared = await grantInForce(gateway, { ...wanted, readers: [organisation] })
  if (!shared) throw hreError('not-found')
  return shared
}

interface HeldWrap {
  epoch: number
  wrap: string
}

async function grantWrap(gateway: Gateway, { epoch, wrapHash }: StoredGrant): Promise<HeldWrap> {
  return { epoch, wrap: Buffer.from(await attachment(gateway, wrapHash)).toString('base64') }
}

/** The caller's own wrap as it is; one to the organisation is opened by the key agent and wrapped to the caller (E17). */
async function handOn(gateway: Gateway, account: Address, grant: StoredGrant, held: HeldWrap) {
  const granted = grant.epoch
  if (grant.reader === account) return { ...held, granted, through: null }
  const { db, deployment, keys } = gateway
  const { patient, compartment, reader: organisation } = grant
  const { recipient, role } = await accountView(db, account)
  const [epochRow] = await db
    .select()
    .from(t.epochs)
    .where(
      and(
        eq(t.epochs.patient, patient),
        eq(t.epochs.compartment, compartment),
        eq(t.epochs.epoch, held.epoch),
      ),
    )
  const { chainId, consent } = deployment
  const [made] = await rewrapToStaff({
    wrap: Buffer.from(held.wrap, 'base64'),
    organisationSeed: keys.keyring.recipientSeed,
    context: { chainId, consent, patient, compartment, epoch: held.epoch, reader: organisation },
    expectedRecipientHash: recipientHashOf(hexToBytes(epochRow!.recipient)),
    staff: [{ account, recipient: hexToBytes(recipient!), role }],
    permittedRoles: readingRoles.map((name) => roles[name]),
  })
  return {
    epoch: held.epoch,
    granted,
    through: organisation,
    wrap: Buffer.from(made!.wrap).toString('base64'),
  }
}

/** Epochs that rotations made, newest first. */
async function rotations(
  { db }: Gateway,
  { patient, compartment }: { patient: Address; compartment: Hex },
): Promise<StoredEpoch[]> {
  return db
    .select()
    .from(t.epochs)
    .where(
      and(
        eq(t.epochs.patient, patient),
        eq(t.epochs.compartment, compartment),
        isNotNull(t.epochs.wrapsHash),
      ),
    )
    .orderBy(desc(t.epochs.epoch))
}

/** What a rotation wrapped for a reader who stayed. */
async function rotationWrap(
  gateway: Gateway,
  { wrapsHash }: StoredEpoch,
  reader: Address,
): Promise<string | undefined> {
  const bytes = await attachment(gateway, wrapsHash!)
  return rotationWrapsSchema.parse(JSON.parse(new TextDecoder().decode(bytes))).wraps[reader]
}

/** From here, or from whichever gateway took the grant; kept afterwards. */
async function attachment({ db, peers }: Gateway, hash: Hex): Promise<Uint8Array> {
  const [row] = await db.select().from(t.attachments).where(eq(t.attachments.hash, hash))
  if (row) return hexToBytes(row.bytes)
  const bytes = await peers.attachment(hash)
  if (!bytes) throw hreError('peer-unavailable', { hash })
  await db
    .insert(t.attachments)
    .values({ hash, bytes: bytesToHex(bytes) })
    .onConflictDoNothing()
  return bytes
}
