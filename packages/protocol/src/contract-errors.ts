import { decodeErrorResult, type Hex } from 'viem'
import { HreError, type ErrorData, type Retry } from './errors.ts'
import { exchangeErrorsAbi } from './generated/abis.ts'

interface Sentence {
  title: string
  hint: string
  /** 422 unless it is about who may (403) or what is there already (409). */
  status?: number
  retry?: Retry
}

const again = 'Sign a new operation'
const notYours = 'Ask somebody who has the role, or sign as the organisation'
const already = 'Nothing to do'
const fixInput = 'Build the operation with the SDK, which checks this first'

/** Every custom error of the contracts as a sentence and what to do next. A test checks that none is missing. */
export const contractErrorTable: Record<(typeof exchangeErrorsAbi)[number]['name'], Sentence> = {
  AccessAnchorEmpty: { title: 'An anchor needs at least one receipt', hint: fixInput },
  AccessNotPermitted: { title: 'Only an admitted organisation anchors its log', hint: notYours, status: 403 },
  AccessPreviousInvalid: {
    title: 'The anchor does not continue this organisation’s log',
    hint: 'Read the head and anchor after it',
    status: 409,
  },
  AccessSequenceInvalid: {
    title: 'The anchor skips or repeats a number',
    hint: 'Read the head and anchor after it',
    status: 409,
  },
  AccountUnknown: { title: 'This wallet is no account’s signer', hint: 'Register the account first' },
  ConsentBackLinkLengthInvalid: { title: 'A back-link has 60 bytes', hint: fixInput },
  ConsentBeyondDelegate: {
    title: 'Whoever decides for a patient gives no more than they may open themselves',
    hint: 'Choose parts, a ceiling and an end within your own grant',
    status: 403,
  },
  ConsentCeilingInvalid: { title: 'A ceiling is between 1 and 5', hint: fixInput },
  ConsentCompartmentExists: { title: 'That compartment was opened already', hint: already, status: 409 },
  ConsentCompartmentUnknown: { title: 'No such compartment in this chart', hint: 'Open it first' },
  ConsentEndDiffers: {
    title: 'The grant was changed meanwhile',
    hint: 'Read the grant again and renew what it is now',
    status: 409,
  },
  ConsentEpochInvalid: {
    title: 'The key of this compartment was changed meanwhile',
    hint: 'Read the present epoch and try again',
    status: 409,
  },
  ConsentExpired: { title: 'The grant would end in the past', hint: 'Choose a later end' },
  ConsentExpiryTooFar: { title: 'A grant lasts at most ten years', hint: 'Choose an earlier end' },
  ConsentNotDelegated: {
    title: 'This account may not decide for that patient',
    hint: 'Ask the patient for a delegation that is not over',
    status: 403,
  },
  ConsentNotGranted: { title: 'There is no such grant to revoke', hint: already, status: 409 },
  ConsentNotLater: {
    title: 'A renewal ends later than the grant does',
    hint: 'Choose a later end, or narrow the grant',
  },
  ConsentPatientUnknown: {
    title: 'Only a registered patient decides about a chart',
    hint: 'Sign as the patient',
    status: 403,
  },
  ConsentPeriodInvalid: { title: 'A grant begins before it ends', hint: fixInput },
  ConsentPurposesEmpty: { title: 'A grant names at least one purpose', hint: fixInput },
  ConsentReaderIsPatient: { title: 'A patient needs no grant for their own chart', hint: already },
  ConsentReaderUnknown: {
    title: 'The reader is not registered',
    hint: 'Check the account; readers register first',
  },
  ConsentRecipientLengthInvalid: { title: 'A recipient has 1,216 bytes', hint: fixInput },
  ConsentRightsInvalid: { title: 'Rights are read, write or both', hint: fixInput },
  ConsentSensitivityInvalid: { title: 'A sensitivity is between 1 and 5', hint: fixInput },
  ConsentWider: {
    title: 'That would give more than the grant does',
    hint: 'Give a new grant, or narrow it to less',
    status: 409,
  },
  ConsortiumAlreadyReady: {
    title: 'Enough organisations have voted',
    hint: 'Wait for the end of the waiting period, then execute it',
    status: 409,
    retry: 'later',
  },
  ConsortiumAlreadyVoted: { title: 'The organisation has voted for this', hint: already, status: 409 },
  ConsortiumCodeInvalid: {
    title: 'There is no such code, or it is not what it is said to be',
    hint: 'Deploy it first, and give the address of the code',
  },
  ConsortiumExpired: { title: 'Nobody carried out that vote in time', hint: 'Vote again', status: 409 },
  ConsortiumListFull: { title: 'The list of contracts is full', hint: 'Reuse one of those that are there' },
  ConsortiumNameTaken: {
    title: 'There is a contract of that name',
    hint: 'Choose another name',
    status: 409,
  },
  ConsortiumNameUnknown: { title: 'There is no contract of that name', hint: 'Read the list of names' },
  ConsortiumNotPausable: { title: 'No vote can pause that contract', hint: 'Vote for other code instead' },
  ConsortiumNotPermitted: {
    title: 'Only an active organisation votes, by itself or an administrator',
    hint: notYours,
    status: 403,
  },
  ConsortiumNotReady: {
    title: 'Too few have voted, or the waiting period is not over',
    hint: 'Read when it will be ready',
    status: 409,
    retry: 'later',
  },
  ConsortiumNotUpgradeable: {
    title: 'The code of that contract never changes',
    hint: 'Enrol another contract',
  },
  ConsortiumPauseUnchanged: { title: 'The contract is in that state', hint: already, status: 409 },
  ContractPaused: {
    title: 'The organisations have paused this part of the exchange',
    hint: 'Nothing is lost; try again later',
    status: 503,
    retry: 'later',
  },
  DirectoryAccountIsOrganisation: { title: 'An organisation cannot be a member', hint: fixInput },
  DirectoryAccountUnexpected: {
    title: 'Nobody expects this account',
    hint: 'A patient is attested, a member added and an organisation admitted before they register',
    status: 403,
  },
  DirectoryAlreadyAdmitted: { title: 'The organisation was admitted already', hint: already, status: 409 },
  DirectoryAlreadyAttested: {
    title: 'This organisation attested that patient already',
    hint: already,
    status: 409,
  },
  DirectoryAlreadyMember: {
    title: 'The account is a member of an organisation already',
    hint: 'It leaves there first',
    status: 409,
  },
  DirectoryAlreadyRegistered: { title: 'The account was registered already', hint: already, status: 409 },
  DirectoryAlreadyVoted: { title: 'This organisation voted already', hint: already, status: 409 },
  DirectoryCommitmentEmpty: { title: 'An attestation needs a commitment', hint: fixInput },
  DirectoryCountryInvalid: { title: 'A country is two capital letters (ISO 3166-1)', hint: fixInput },
  DirectoryEndpointTooLong: { title: 'An address has at most 200 bytes', hint: fixInput },
  DirectoryKindInvalid: { title: 'No such kind of organisation', hint: fixInput },
  DirectoryNoFounders: { title: 'An exchange is founded by at least one organisation', hint: fixInput },
  DirectoryNotMember: {
    title: 'The account is not a member of this organisation',
    hint: already,
    status: 409,
  },
  DirectoryNotPermitted: {
    title: 'This account may not do that in the directory',
    hint: notYours,
    status: 403,
  },
  DirectoryRecipientLengthInvalid: { title: 'A recipient has 1,216 bytes', hint: fixInput },
  DirectoryRoleInvalid: { title: 'No such role', hint: fixInput },
  DirectorySignerLengthInvalid: { title: 'A signer has 20 to 1,024 bytes', hint: fixInput },
  DirectorySignerMismatch: { title: 'The signer is not the one that the account commits to', hint: fixInput },
  DirectoryAlreadyApproved: { title: 'This guardian approved already', hint: already, status: 409 },
  DirectoryDelegationInvalid: { title: 'A delegation has a scope and ends in the future', hint: fixInput },
  DirectoryGuardiansInvalid: {
    title:
      'Guardians are one to nine different registered accounts, and their threshold at most their number',
    hint: fixInput,
  },
  DirectoryNotGuardian: {
    title: 'This account is no guardian of that one',
    hint: 'Only guardians approve a recovery',
    status: 403,
  },
  DirectoryPossessionUnproven: {
    title: 'The new signer has not agreed',
    hint: 'Sign the replacement with the new key as well',
  },
  DirectoryRecoveryNotReady: {
    title: 'Too few guardians approved, or the waiting period is not over',
    hint: 'Wait until the time given, or ask further guardians',
    status: 409,
    retry: 'later',
  },
  DirectoryRecoveryOver: {
    title: 'The recovery took longer than 30 days',
    hint: 'Begin again with another new signer',
    status: 409,
  },
  DirectorySignerIsRevoked: { title: 'The signer was revoked already', hint: already, status: 409 },
  DirectorySignerTaken: {
    title: 'That key signs for an account already',
    hint: 'Use a new key',
    status: 409,
  },
  DirectoryStandingUnchanged: {
    title: 'The organisation stands like that already',
    hint: already,
    status: 409,
  },
  EmergencyAlreadyContested: {
    title: 'The patient has contested this emergency already',
    hint: already,
    status: 409,
  },
  EmergencyAlreadyOpen: {
    title: 'An emergency is open for this patient already',
    hint: 'Go on with the one that is named',
    status: 409,
  },
  EmergencyAlreadyReleased: {
    title: 'This trustee has released its share already',
    hint: already,
    status: 409,
  },
  EmergencyAlreadyReviewed: {
    title: 'This emergency was reviewed already, and a review is final',
    hint: already,
    status: 409,
  },
  EmergencyCommitmentEmpty: { title: 'A hash of zero commits to nothing', hint: fixInput },
  EmergencyCompartmentUnknown: { title: 'No such compartment in this chart', hint: 'Open it first' },
  EmergencyDeclarationUnknown: { title: 'No such emergency was declared', hint: 'Check its number' },
  EmergencyDurationInvalid: {
    title: 'An emergency lasts between 5 and 60 minutes',
    hint: 'Choose a time between them, or none for 30 minutes',
  },
  EmergencyEpochInvalid: {
    title: 'The key of this compartment was changed after its shares were made',
    hint: 'The patient makes new shares for the present epoch',
    status: 409,
  },
  EmergencyLicenceOver: {
    title: 'The licence of this member is over, or there is none',
    hint: 'Ask an administrator of the organisation to enter a licence that is in force',
    status: 403,
  },
  EmergencyNotMarked: {
    title: 'This compartment is not readable in an emergency',
    hint: 'Only the patient can name trustees for it',
    status: 409,
  },
  EmergencyNotOpen: {
    title: 'The emergency is over',
    hint: 'Declare it again if it goes on',
    status: 409,
  },
  EmergencyNotPermitted: {
    title: 'This account may not do that in an emergency',
    hint: 'A licensed doctor or nurse declares and closes, an auditor reviews, the patient contests',
    status: 403,
  },
  EmergencyNotTrustee: {
    title: 'This organisation holds no share of that compartment',
    hint: 'Only trustees that the patient named release shares, as the organisation itself',
    status: 403,
  },
  EmergencyOutcomeInvalid: {
    title: 'A review says justified, unjustified or inconclusive',
    hint: fixInput,
  },
  EmergencyPatientUnknown: { title: 'The account is not a registered patient', hint: 'Check the account' },
  EmergencyReasonInvalid: { title: 'No such reason for an emergency', hint: fixInput },
  EmergencyReviewerNotIndependent: {
    title: 'Nobody reviews an emergency of their own, or of their organisation',
    hint: 'An auditor of another organisation reviews it',
    status: 403,
  },
  EmergencyStillOpen: {
    title: 'The emergency is not over yet',
    hint: 'Review it after the time given',
    status: 409,
    retry: 'later',
  },
  EmergencyTrusteeRepeated: { title: 'A trustee is named twice', hint: fixInput },
  EmergencyTrusteeUnknown: {
    title: 'A trustee is not an active organisation',
    hint: 'Choose organisations that are admitted and not suspended',
  },
  EmergencyTrusteesInvalid: {
    title: 'There are one to nine trustees, and their threshold is at most their number',
    hint: fixInput,
  },
  IntakeExpired: { title: 'The operation’s deadline has passed', hint: again, retry: 'afterRefresh' },
  IntakeGasLimitTooHigh: { title: 'The operation asks for more gas than one may', hint: fixInput },
  IntakeInsufficientGas: {
    title: 'The relay gave too little gas',
    hint: 'The relay carries it again',
    status: 503,
    retry: 'later',
  },
  IntakeNonceUsed: {
    title: 'This operation was carried before',
    hint: `${again} if it is meant a second time`,
    status: 409,
  },
  IntakeNotPermitted: {
    title: 'Only the Consortium adds and pauses contracts',
    hint: 'Vote for it there',
    status: 403,
  },
  IntakeSignatureInvalid: {
    title: 'The signature is not by that account, or for another exchange',
    hint: 'Sign with the account’s present key for this deployment',
    status: 401,
  },
  IntakeSignerUnknown: {
    title: 'That is not the key that the account signs with at present',
    hint: 'Sign with the account’s present key, and send its public half along',
    status: 401,
  },
  IntakeTargetInvalid: { title: 'That contract is on the list', hint: already, status: 409 },
  IntakeTargetPaused: {
    title: 'The organisations have paused this part of the exchange',
    hint: 'Nothing is lost; try again later',
    status: 503,
    retry: 'later',
  },
  IntakeTargetUnknown: { title: 'No such contract in this exchange', hint: fixInput },
  IntakeTooManyOperations: { title: 'At most 256 operations at once', hint: 'Split them' },
  InvalidInitialization: { title: 'The exchange was founded already', hint: already, status: 409 },
  InvalidShortString: { title: 'A text of the contracts is malformed', hint: fixInput },
  NotaryNotPermitted: {
    title: 'This account may not attest',
    hint: 'An auditor, or the organisation itself, attests',
    status: 403,
  },
  NotaryReportEmpty: { title: 'A finding names its report', hint: fixInput },
  NotaryResultInvalid: { title: 'That cannot be found of such a subject', hint: fixInput },
  NotarySubjectEmpty: { title: 'A finding names what was checked', hint: fixInput },
  NotarySubjectInvalid: { title: 'A store is named by its organisation’s account', hint: fixInput },
  RecordsNotAwaited: {
    title: 'This account is no party of the batch, or has signed it',
    hint: already,
    status: 409,
  },
  RecordsNotLive: {
    title: 'The record was superseded, withdrawn or erased before',
    hint: 'Read its status and act on its successor',
    status: 409,
  },
  RecordsKeeperUnknown: {
    title: 'Nobody keeps these files: that is no active organisation',
    hint: 'Name the organisation at whose gateway the files are',
  },
  RecordsPatientUnknown: {
    title: 'Only a registered patient adds to their own chart',
    hint: 'A member files for the organisation; a patient is attested first',
    status: 403,
  },
  RecordsPartiesEqual: { title: 'Two parties are two different accounts', hint: fixInput },
  RecordsPartyUnknown: { title: 'A party is not registered', hint: 'Parties register first' },
  RecordsPatientDiffers: { title: 'A record is replaced by one of the same patient', hint: fixInput },
  RecordsBatchUnknown: {
    title: 'This organisation committed no such batch',
    hint: 'Give the root of one of its own batches',
  },
  RecordsProofInvalid: {
    title: 'The record is in no batch of that organisation',
    hint: 'Build the proof from the manifest',
  },
  RecordsWithdrawn: { title: 'The batch was withdrawn', hint: 'Commit the records again', status: 409 },
  NotInitializing: { title: 'The exchange is not being founded now', hint: already, status: 409 },
  RecordsCountInvalid: { title: 'A batch has 1 to 100,000 records', hint: 'Split it' },
  RecordsNotPermitted: {
    title: 'This account may not commit records',
    hint: 'A member in an authoring role, or the organisation, commits',
    status: 403,
  },
  RecordsRootCommitted: { title: 'This batch was committed already', hint: already, status: 409 },
  RecordsRootEmpty: { title: 'A batch needs a root', hint: fixInput },
  StringTooLong: { title: 'A text of the contracts is too long', hint: fixInput },
}

/** `ConsentExpired` -> `consent-expired`: the error's code everywhere else. */
export const codeOfContractError = (name: string): string =>
  name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()

/** The typed error behind a contract's revert bytes; undefined when they are none of ours. */
export function contractError(reason: Hex): HreError | undefined {
  try {
    const { errorName, args } = decodeErrorResult({ abi: exchangeErrorsAbi, data: reason })
    const { title, hint, status = 422, retry = 'never' } = contractErrorTable[errorName]
    return new HreError(
      codeOfContractError(errorName),
      { status, retry, title, hint },
      namedArguments(errorName, args),
    )
  } catch {
    return undefined
  }
}

function namedArguments(errorName: string, args: readonly unknown[] | undefined): ErrorData {
  const inputs = exchangeErrorsAbi.find(({ name }) => name === errorName)?.inputs ?? []
  return Object.fromEntries(
    inputs.map(({ name }, index) => {
      const value = args?.[index]
      return [name, typeof value === 'bigint' ? value.toString() : value]
    }),
  )
}
