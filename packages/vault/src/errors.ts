import type { Hex } from './hex.ts'

/** What each failure carries. Ids, sizes and codes only: everything here may be logged. */
export interface VaultErrorData {
  'argument-invalid': { argument: string; expected: string }
  'age-key-malformed': { form: 'recipient' | 'identity' }
  'recipient-refused': Record<string, never>
  'sealed-header-refused': { reason: SealedHeaderReason }
  'content-id-mismatch': { expected: Hex; actual: Hex }
  'record-not-for-key': Record<string, never>
  'record-damaged': Record<string, never>
  'record-plaintext-malformed': { reason: RecordPlaintextReason }
  'commitment-mismatch': { expected: Hex; actual: Hex }
  'wrap-malformed': { sizeBytes: number }
  'wrap-not-for-reader': Record<string, never>
  'wrap-seed-mismatch': { expected: Hex; actual: Hex }
  'compartment-map-malformed': Record<string, never>
  'back-link-malformed': { sizeBytes: number }
  'back-link-not-for-key': Record<string, never>
  'keystore-refused': { field: string; expected: string }
  'keystore-not-opened': Record<string, never>
  'keystore-altered': Record<string, never>
  'phrase-malformed': { reason: PhraseReason; position: number }
  'message-refused': { form: MessageForm; field: string; expected: string }
  'share-refused': { index: number; reason: ShareReason }
  'shares-too-few': { needed: number; valid: number; refused: readonly RefusedShare[] }
  'shares-inconsistent': Record<string, never>
  'share-set-mismatch': { expected: Hex; actual: Hex }
  'recovery-request-refused': { reason: RecoveryRequestReason }
  'emergency-release-refused': { reason: EmergencyReleaseReason }
  'emergency-seed-mismatch': { expected: Hex; actual: Hex }
  'emergency-card-malformed': { reason: EmergencyCardReason }
  'emergency-entry-not-for-card': Record<string, never>
  'wallet-signature-refused': { expected: Hex }
  locked: Record<string, never>
  'platform-unavailable': { needed: string }
}

export type VaultErrorCode = keyof VaultErrorData

export type SealedHeaderReason =
  'not-age' | 'too-large' | 'truncated' | 'stanza-count' | 'stanza-type' | 'malformed'
export type PhraseReason = 'word-count' | 'unknown-word' | 'checksum'
/** The messages that recovery and emergency access pass on as JSON. */
export type MessageForm =
  | 'share set'
  | 'guardian share'
  | 'recovery request'
  | 'recovery approval'
  | 'succession'
  | 'emergency share'
  | 'emergency release'
  | 'emergency entry'
export type ShareReason =
  'malformed' | 'unknown-index' | 'other-request' | 'other-set' | 'not-opened' | 'altered'
/** A share that was passed over. `position`: among those given, from 0. `index`: its place in the set, 0 when unknown. */
export interface RefusedShare {
  position: number
  index: number
  reason: ShareReason
}
export type RecoveryRequestReason = 'other-chain' | 'other-directory' | 'other-account' | 'other-keys'
export type EmergencyReleaseReason =
  | 'not-final'
  | 'expired'
  | 'closed'
  | 'other-declaration'
  | 'other-patient'
  | 'not-member'
  | 'not-licensed'
  | 'not-marked'
  | 'other-epoch'
  | 'other-shares'
export type EmergencyCardReason = 'form' | 'version' | 'checksum' | 'gateway'
export type RecordPlaintextReason = 'no-header-line' | 'not-canonical'

/**
 * Whose fault it is. `not-for-me`: intact as far as one can tell, but another key (or password, or context) opens it, so
 * a reader with several keys tries the next. `broken`: no key will ever open it.
 */
export type VaultErrorKind = 'caller' | 'not-for-me' | 'broken' | 'platform'

interface ErrorRow {
  kind: VaultErrorKind
  retry: 'never' | 'later'
  title: string
  hint: string
}

const row = (kind: VaultErrorKind, retry: ErrorRow['retry'], title: string, hint: string): ErrorRow => ({
  kind,
  retry,
  title,
  hint,
})

/** Every failure of this package: kind, whether to try again, what happened, what to do next. */
export const vaultErrorTable: Readonly<Record<VaultErrorCode, ErrorRow>> = {
  'argument-invalid': row(
    'caller',
    'never',
    'An argument does not have the documented form',
    'Compare `data.argument` with `data.expected`',
  ),
  'age-key-malformed': row(
    'caller',
    'never',
    'Not a post-quantum age key',
    'A recipient begins with age1pq1, an identity with AGE-SECRET-KEY-PQ-1; copy it whole',
  ),
  'recipient-refused': row(
    'broken',
    'never',
    'The recipient is not a valid X-Wing public key',
    'Read it again from its announcement on chain and check its hash',
  ),
  'sealed-header-refused': row(
    'broken',
    'never',
    'The sealed file does not have exactly one X-Wing stanza (E1)',
    'Ask its author to seal it again; nothing was decrypted',
  ),
  'content-id-mismatch': row(
    'broken',
    'never',
    'The bytes are not the file that the record names (E2)',
    'Fetch the file from another gateway; nothing was decrypted',
  ),
  'record-not-for-key': row(
    'not-for-me',
    'never',
    'This key does not open the file',
    'Use the seed of the epoch that the record names; without a content id the file may also be altered',
  ),
  'record-damaged': row(
    'broken',
    'never',
    'The sealed file was altered or cut',
    'Fetch the file from another gateway; nothing was released',
  ),
  'record-plaintext-malformed': row(
    'broken',
    'never',
    'What was sealed does not begin with the header line of a record (E3)',
    'Ask its author to seal it again with this suite',
  ),
  'commitment-mismatch': row(
    'broken',
    'never',
    'The contents are not those that the author committed to (E5)',
    'Tell the author and an auditor: file and commitment disagree; nothing was released',
  ),
  'wrap-malformed': row(
    'broken',
    'never',
    'A wrap of the wrong size',
    'Fetch it again and compare its SHA-256 with the grant (C3)',
  ),
  'wrap-not-for-reader': row(
    'not-for-me',
    'never',
    'This key does not open the wrap in this context',
    'Check reader, patient, compartment, epoch and chain; then its SHA-256 with the grant (C3)',
  ),
  'wrap-seed-mismatch': row(
    'broken',
    'never',
    'The wrapped seed does not make the recipient of that epoch (E7)',
    'Ask the patient to grant again',
  ),
  'compartment-map-malformed': row(
    'broken',
    'never',
    'The opened wrap does not hold a compartment map (E8)',
    'Ask the patient to grant again',
  ),
  'back-link-malformed': row(
    'broken',
    'never',
    'A back-link is exactly 60 bytes (E9)',
    'Read it again from the event of the rotation',
  ),
  'back-link-not-for-key': row(
    'not-for-me',
    'never',
    'This seed does not open the back-link',
    'Use the seed of the epoch that the rotation made',
  ),
  'keystore-refused': row(
    'broken',
    'never',
    'The keystore is not of a form this suite accepts (E11)',
    'Use an unaltered copy of the keystore; see `data.field`',
  ),
  'keystore-not-opened': row(
    'not-for-me',
    'never',
    'Wrong password, or the keystore was altered',
    'Type the password again; if it is right, use another copy',
  ),
  'keystore-altered': row(
    'broken',
    'never',
    'Somebody without the root seed changed the keystore (K1)',
    'Use an unaltered copy of the keystore and look who could write to it',
  ),
  'phrase-malformed': row(
    'caller',
    'never',
    'Not a recovery phrase of 24 words',
    'Compare each word with the paper; `data.position` counts from 1',
  ),
  'message-refused': row(
    'broken',
    'never',
    'A message is not of a form this suite accepts',
    'Ask for it again; see `data.form` and `data.field`',
  ),
  'share-refused': row(
    'broken',
    'never',
    'A share is not the one that was dealt (S3)',
    'Ask another holder, or its owner to deal again; `data.index` says whose it is',
  ),
  'shares-too-few': row(
    'caller',
    'never',
    'Fewer good shares than it takes',
    'Ask more holders; `data.refused` says whose shares were bad and why',
  ),
  'shares-inconsistent': row(
    'broken',
    'never',
    'The shares are those that were dealt, but do not make the secret that was committed to (S3)',
    'Whoever dealt them made them wrong: use another way',
  ),
  'share-set-mismatch': row(
    'broken',
    'never',
    'The share set is not the one that was committed to (S3)',
    'Read the commitment again from the chain, and the set from another holder',
  ),
  'recovery-request-refused': row(
    'caller',
    'never',
    'The recovery request is not about this account, chain or device',
    'Compare it with its owner, by the words and not by what somebody sent; see `data.reason`',
  ),
  'emergency-release-refused': row(
    'caller',
    'never',
    'The declaration does not allow the release of a share (S8)',
    'Look again when the chain has moved on, or declare again; see `data.reason`',
  ),
  'emergency-seed-mismatch': row(
    'broken',
    'never',
    'The shares make a seed, but not that of the epoch on chain (S9)',
    'Nothing can be opened with it: the patient dealt shares of something else',
  ),
  'emergency-card-malformed': row(
    'caller',
    'never',
    'Not an emergency card, or a slip of the pen',
    'Scan it again, or compare each letter with the card; see `data.reason`',
  ),
  'emergency-entry-not-for-card': row(
    'not-for-me',
    'never',
    'This card does not open the entry',
    'Fetch the entry of this card; the card may have been replaced',
  ),
  'wallet-signature-refused': row(
    'broken',
    'never',
    'The wallet signed with another key than that of the account',
    'Choose the account of `data.expected` in the wallet; nothing was sent',
  ),
  locked: row(
    'caller',
    'never',
    'The keys were locked after inactivity',
    'Unlock again by password, passkey or recovery phrase',
  ),
  'platform-unavailable': row(
    'platform',
    'later',
    'The platform lacks something that is needed',
    'Free memory or use a current browser over https; see `data.needed`',
  ),
}

/**
 * The one error of this package. `code` is stable, `data` typed by it, `message` safe to log: no keys, no contents.
 *
 * @see vaultErrorTable
 */
export class VaultError<Code extends VaultErrorCode = VaultErrorCode> extends Error {
  override readonly name = 'VaultError'
  readonly code: Code
  readonly kind: VaultErrorKind
  readonly retry: 'never' | 'later'
  readonly hint: string
  readonly data: VaultErrorData[Code]

  constructor(code: Code, data: VaultErrorData[Code], cause?: unknown) {
    const { kind, retry, title, hint } = vaultErrorTable[code]
    super(`${title}. ${hint}.`, cause === undefined ? undefined : { cause })
    this.code = code
    this.kind = kind
    this.retry = retry
    this.hint = hint
    this.data = data
  }
}

/** True for an error of this package, and of this code when one is given. */
export function isVaultError<Code extends VaultErrorCode = VaultErrorCode>(
  error: unknown,
  code?: Code,
): error is VaultError<Code> {
  return error instanceof VaultError && (code === undefined || error.code === code)
}

/** True when another key may still open it: a reader that tries several goes on. */
export function isNotForMe(error: unknown): boolean {
  return error instanceof VaultError && error.kind === 'not-for-me'
}
