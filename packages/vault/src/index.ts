export { decodeAgeIdentity, decodeAgeRecipient, encodeAgeIdentity, encodeAgeRecipient } from './ageKeys.ts'
export { backLinkBytes, openBackLink, sealBackLink, type BackLinkContext } from './backLink.ts'
export { unwrapCompartmentMap, wrapCompartmentMap, type CompartmentMap } from './compartmentMap.ts'
export { normalizeCompartmentName } from './compartmentName.ts'
export {
  epochKeyFor,
  epochKeyOf,
  epochKeyWrapBytes,
  isWrapFromNowOn,
  unwrapEpochKey,
  wrapEpochKey,
} from './epochKey.ts'
export { commitmentOf, contentIdOf } from './digest.ts'
export {
  emergencyCardOf,
  emergencyLookupOf,
  openEmergencyEntry,
  parseEmergencyCard,
  parseEmergencyEntry,
  type EmergencyCard,
  type EmergencyEntry,
} from './emergencyCard.ts'
export { assertReleasable, compartmentsToRotate, type EmergencySeen } from './emergencyDecision.ts'
export {
  parseEmergencyRelease,
  parseEmergencyShare,
  releaseHashOf,
  type EmergencyRelease,
  type EmergencyShare,
} from './emergencyForm.ts'
export {
  emergencySharesHashOf,
  openEmergency,
  openEmergencyShare,
  releaseShare,
  sealEmergencyShares,
} from './emergencyShares.ts'
export {
  isNotForMe,
  isVaultError,
  VaultError,
  vaultErrorTable,
  type EmergencyCardReason,
  type EmergencyReleaseReason,
  type MessageForm,
  type PhraseReason,
  type RecordPlaintextReason,
  type RecoveryRequestReason,
  type RefusedShare,
  type SealedHeaderReason,
  type ShareReason,
  type VaultErrorCode,
  type VaultErrorData,
  type VaultErrorKind,
} from './errors.ts'
export {
  approveRecovery,
  completeRecovery,
  parseRecoveryApproval,
  type RecoveryApproval,
} from './guardianRecovery.ts'
export { openGuardianShare, parseGuardianShare, splitForGuardians, type GuardianShare } from './guardians.ts'
export type { EmergencyContext, GuardianContext, GuardianPlace } from './labels.ts'
export { patientNumberKeyOf, patientNumberLookupOf } from './patientNumber.ts'
export type { Address, Hex, Hex32 } from './hex.ts'
export { accountOfSigner, createRootSeed, openKeyring, type Keyring } from './keyring.ts'
export { countNonces, identityOf, randomBytes32, signCall, type Identity } from './identity.ts'
export { openKeystore, sealKeystore } from './keystore.ts'
export { assertKeystore, type Keystore } from './keystoreForm.ts'
export { lockWhenIdle, type UnlockedSeed } from './lockWhenIdle.ts'
export type {
  CompartmentMapContext,
  GrantWrapContext,
  RecordWrapContext,
  StaffWrapContext,
} from './labels.ts'
export { choosePrimitives, primitivesInUse } from './primitives.ts'
export type { RandomBytes } from './random.ts'
export {
  createRecoveryRequest,
  parseRecoveryRequest,
  recoveryOf,
  recoveryPrefixOf,
  recoveryRequestHashOf,
  recoveryWordsOf,
  type RecoveryRequest,
} from './recoveryRequest.ts'
export { identityBy, lowS, p256SignerOf, webauthnSignatureOf, type WebAuthnAssertion } from './p256.ts'
export { rsaSignerOf, type RsaPublicKey } from './rsa.ts'
export { createRecoveryPhrase, decodeRecoveryPhrase, encodeRecoveryPhrase } from './recoveryPhrase.ts'
export { assertRecipient, recipientBytes, recipientHashOf, recipientOf } from './recipient.ts'
export { openRecord, openRecordWithKey, sealRecord, type OpenedRecord, type SealedRecord } from './record.ts'
export {
  commitmentOfStream,
  contentIdOfStream,
  openRecordStream,
  sealRecordStream,
  type ByteSource,
  type OnProgress,
  type SealedSummary,
} from './recordStream.ts'
export { recordKeyOf, recordWrapBytes, unwrapRecordKey, wrapRecordKey } from './recordWrap.ts'
export { assertSealedHeader, sealedHeaderBytes, sealedHeaderBytesMax } from './sealedHeader.ts'
export { releasedSharesMax, sealedShareBytes, type ShareRecipient } from './sealedShare.ts'
export {
  parseShareSet,
  shareHoldersMax,
  shareSetHashOf,
  shareThresholdMin,
  type ShareHolder,
  type ShareSet,
} from './shareSet.ts'
export {
  rewrapToStaff,
  staffWrapBytes,
  unwrapStaffWrap,
  type OpenedWrap,
  type StaffMember,
} from './staffWrap.ts'
export {
  openSucceededKeyring,
  parseSuccession,
  sealSuccession,
  type Predecessor,
  type Succession,
} from './succession.ts'
export {
  passwordParametersOf,
  unlockProofsOf,
  unlockVerifierOf,
  verifiersOfWays,
  type PasswordParameters,
  type WayVerifier,
} from './unlockProof.ts'
export { addUnlockWay, createUnlockDocument, removeUnlockWay, replaceUnlockWay, unlock } from './unlock.ts'
export { parseUnlockDocument, unlockWaysMax, unlockWaysMin, type UnlockDocument } from './unlockForm.ts'
export {
  passkeyKeyOf,
  passkeyPrfInput,
  type GuardianWay,
  type UnlockSecret,
  type UnlockWay,
} from './unlockWay.ts'
export { epochWrapBytes, unwrapEpochSeed, wrapEpochSeed } from './wrap.ts'
export { identityOfWallet, textSignedBy, type Wallet } from './wallet.ts'
