import { isWrapFromNowOn, unwrapEpochKey } from './epochKey.ts'
import { VaultError } from './errors.ts'
import { assertBytes, type Hex, type Hex32 } from './hex.ts'
import { hpkeOpen, hpkeOverheadBytes, hpkeSeal } from './hpke.ts'
import { labels, type GrantWrapContext, type StaffWrapContext } from './labels.ts'
import { platformRandom } from './random.ts'
import { unwrapEpochSeed } from './wrap.ts'

/** Size of a wrap that an organisation hands on. */
export const staffWrapBytes = hpkeOverheadBytes + 33
/** First byte: what the organisation's grant holds. */
const forms = { epochKey: 1, seed: 2 } as const

/** What a wrap opens: an epoch and everything before (`seed`), or one epoch alone (`epochKey`). */
export type OpenedWrap = { seed: Uint8Array } | { epochKey: Uint8Array }

/** Somebody who acts for the organisation. */
export interface StaffMember {
  account: Hex
  /** X-Wing public key, 1,216 bytes. */
  recipient: Uint8Array
  /** Number of the role (D6). */
  role: number
}

/**
 * Hands what was granted to an organisation on to those of its people whose role permits it (E17). Nobody gets the
 * organisation's own key, so when someone leaves it stays what it is: they are left out from then on.
 *
 * @param args.context - of the grant: `reader` is the organisation.
 * @param args.expectedRecipientHash - keccak-256 of the epoch's recipient, from the chain.
 * @param args.permittedRoles - numbers (D6); people in other roles are not in the answer.
 * @returns in the order of `staff`.
 * @throws VaultError as `unwrapEpochSeed`; `recipient-refused`.
 */
export async function rewrapToStaff(args: {
  wrap: Uint8Array
  organisationSeed: Uint8Array
  context: GrantWrapContext
  expectedRecipientHash: Hex32
  staff: readonly StaffMember[]
  permittedRoles: readonly number[]
}): Promise<{ account: Hex; wrap: Uint8Array }[]> {
  const { wrap, organisationSeed, context, expectedRecipientHash } = args
  assertBytes(wrap, 'wrap')
  const plaintext = new Uint8Array(33)
  const opening = { wrap, readerSeed: organisationSeed, context, expectedRecipientHash }
  if (isWrapFromNowOn(wrap)) {
    plaintext[0] = forms.epochKey
    plaintext.set(await unwrapEpochKey(opening), 1)
  } else {
    plaintext[0] = forms.seed
    plaintext.set(await unwrapEpochSeed(opening), 1)
  }
  const permitted = args.staff.filter(({ role }) => args.permittedRoles.includes(role))
  try {
    return await Promise.all(
      permitted.map(async ({ account, recipient }) => {
        const info = labels.staffWrap({ ...context, organisation: context.reader, reader: account })
        return { account, wrap: await hpkeSeal({ plaintext, recipient, info, random: platformRandom }) }
      }),
    )
  } finally {
    plaintext.fill(0)
  }
}

/**
 * Opens what an organisation handed on. Check the answer with `epochKeyFor`, or by the recipient of an epoch key, against
 * the chain: the organisation may have handed on anything.
 *
 * @throws VaultError `wrap-malformed`, `wrap-not-for-reader`, `argument-invalid`.
 */
export async function unwrapStaffWrap(args: {
  wrap: Uint8Array
  readerSeed: Uint8Array
  context: StaffWrapContext
}): Promise<OpenedWrap> {
  const { wrap, readerSeed, context } = args
  assertBytes(wrap, 'wrap')
  const info = labels.staffWrap(context)
  if (wrap.length !== staffWrapBytes) throw new VaultError('wrap-malformed', { sizeBytes: wrap.length })
  const plaintext = await hpkeOpen({ wrap, seed: readerSeed, info })
  if (plaintext[0] === forms.seed) return { seed: plaintext.slice(1) }
  if (plaintext[0] === forms.epochKey) return { epochKey: plaintext.slice(1) }
  throw new VaultError('wrap-malformed', { sizeBytes: wrap.length })
}
