/** Who calls, past the Intake. Each has a wallet of their own; nobody plays two roles. */
export const roles = [
  /** A wallet that no registered account has. */
  'stranger',
  /** Attested, and not registered yet. */
  'newcomer',
  /** Of the chart that the call is about. */
  'patient',
  'another patient',
  /** Of the patient, one of two. Another patient besides. */
  'guardian',
  /** Of the patient. Another patient besides. */
  'delegate',
  /** A member whose role may do none of this. */
  'researcher',
  /** Doctor of the organisation, licensed; declared the emergency, and authored the records. */
  'clinician',
  /** Auditor of another organisation. */
  'independent auditor',
  /** Administrator of the organisation. */
  'administrator',
  /** Active, by its own account; trustee of the patient with another. */
  'organisation',
  'suspended organisation',
  'removed organisation',
  /** Lab technician of another organisation, who signs a batch of two parties. */
  'countersigner',
  /** Active organisation and trustee of the patient. */
  'trustee',
  /** The contract itself, as the caller. */
  'consortium',
] as const
export type Role = (typeof roles)[number]

/** What one function does for whom: `done`, or the name of the error. */
export interface Row {
  may: readonly Role[]
  /** Everybody who is not named. */
  others: string
  /** Who is refused in another way. */
  but?: Partial<Record<Role, string>>
  /** What those who may are told while the contract is paused; `done` where nothing can be paused. */
  paused: string
}

/** No account: refused before anything is asked. */
const noAccount = {
  stranger: 'AccountUnknown',
  newcomer: 'AccountUnknown',
  consortium: 'AccountUnknown',
} as const

const patients = ['another patient', 'guardian', 'delegate'] as const
export const registered = roles.filter((role) => !(role in noAccount))
const authors = ['clinician', 'administrator', 'organisation'] as const
/** Active organisations: their votes count. */
const voters = ['administrator', 'organisation', 'trustee'] as const

const each = <R extends Role>(names: readonly R[], error: string) =>
  Object.fromEntries(names.map((role) => [role, error])) as Record<R, string>

const pausable = (may: readonly Role[], others: string, but: Row['but'] = {}): Row => ({
  may,
  others,
  but: { ...noAccount, ...but },
  paused: 'ContractPaused',
})
const unpausable = (may: readonly Role[], others: string, but: Row['but'] = {}): Row => ({
  ...pausable(may, others, but),
  paused: 'done',
})

/** Every function that changes state, by every role: the one place that says who may do what on chain. */
export const whoMay: Record<string, Row> = {
  'Intake.submit': { may: roles, others: 'done', paused: 'done' },
  'Intake.cancel': unpausable(registered, 'done'),
  'Intake.addTarget': { may: ['consortium'], others: 'IntakeNotPermitted', paused: 'done' },
  'Intake.setPaused': { may: ['consortium'], others: 'IntakeNotPermitted', paused: 'done' },

  'Directory.initialize': { may: [], others: 'InvalidInitialization', paused: 'done' },
  'Directory.register': {
    may: ['newcomer'],
    others: 'DirectoryAlreadyRegistered',
    but: { stranger: 'DirectoryAccountUnexpected', consortium: 'DirectoryAccountUnexpected' },
    paused: 'ContractPaused',
  },
  'Directory.voteAdmission': pausable(voters, 'DirectoryNotPermitted'),
  'Directory.voteStanding': pausable(voters, 'DirectoryNotPermitted'),
  'Directory.setAttributes': pausable(['administrator', 'organisation'], 'DirectoryNotPermitted', {
    trustee: 'DirectoryNotMember',
  }),
  'Directory.setEndpoint': pausable(voters, 'DirectoryNotPermitted'),
  'Directory.addMember': pausable(voters, 'DirectoryNotPermitted'),
  // The clinician is the member, who may leave.
  'Directory.removeMember': pausable(
    ['administrator', 'organisation', 'clinician'],
    'DirectoryNotPermitted',
    {
      trustee: 'DirectoryNotMember',
    },
  ),
  'Directory.cutOff': pausable(['administrator', 'organisation'], 'DirectoryNotPermitted', {
    trustee: 'DirectoryNotMember',
  }),
  'Directory.attestPatient': pausable([...voters, 'clinician'], 'DirectoryNotPermitted'),
  // The patient agreed to the organisation that the caller acts for.
  'Directory.registerPatient': pausable([...voters, 'clinician'], 'DirectoryNotPermitted'),
  // What is everybody's own.
  'Directory.replaceSigner': pausable(registered, 'done'),
  'Directory.replaceRecipient': pausable(registered, 'done'),
  'Directory.revokeSigner': pausable(registered, 'done'),
  'Directory.setGuardians': pausable(registered, 'done'),
  'Directory.vetoRecovery': pausable(registered, 'done'),
  'Directory.setDelegate': pausable(registered, 'done'),
  'Directory.approveRecovery': pausable(['guardian'], 'DirectoryNotGuardian'),
  // Of a recovery that is ready: the guardians have decided, the new signer agrees.
  'Directory.executeRecovery': { may: roles, others: 'done', paused: 'ContractPaused' },

  'Consent.openCompartment': pausable(['patient', ...patients], 'ConsentPatientUnknown'),
  'Consent.grant': pausable(
    ['patient'],
    'ConsentPatientUnknown',
    each(patients, 'ConsentCompartmentUnknown'),
  ),
  'Consent.grantOn': pausable(
    ['patient'],
    'ConsentPatientUnknown',
    each(patients, 'ConsentCompartmentUnknown'),
  ),
  'Consent.grantFor': pausable(['delegate'], 'ConsentNotDelegated'),
  'Consent.revokeFor': pausable(['delegate'], 'ConsentNotDelegated'),
  'Consent.grantRecord': pausable(
    ['patient'],
    'ConsentPatientUnknown',
    each(patients, 'ConsentCompartmentUnknown'),
  ),
  // Whoever takes something back needs to have given it, and nothing else.
  'Consent.revokeRecord': pausable(['patient'], 'ConsentNotGranted'),
  'Consent.narrow': pausable(['patient'], 'ConsentNotGranted'),
  'Consent.renew': pausable(['patient'], 'ConsentPatientUnknown', each(patients, 'ConsentNotGranted')),
  'Consent.revoke': pausable(['patient'], 'ConsentNotGranted'),
  'Consent.revokeFiling': pausable(['patient'], 'ConsentNotGranted'),
  'Consent.setInbox': pausable(
    ['patient'],
    'ConsentPatientUnknown',
    each(patients, 'ConsentCompartmentUnknown'),
  ),
  'Consent.rotate': pausable(['patient'], 'ConsentCompartmentUnknown'),

  'Records.commitBatch': pausable([...authors, 'countersigner', 'trustee'], 'RecordsNotPermitted'),
  'Records.commitTwoParty': pausable([...authors, 'countersigner', 'trustee'], 'RecordsNotPermitted'),
  // Into one's own chart; nobody in the cast is a patient and a member besides.
  'Records.commitOwn': pausable(['patient', ...patients], 'RecordsPatientUnknown'),
  'Records.sign': pausable(['countersigner'], 'RecordsNotAwaited'),
  // A batch is named by root and by the caller's own organisation.
  'Records.withdrawBatch': pausable(authors, 'RecordsNotPermitted', {
    countersigner: 'RecordsBatchUnknown',
    trustee: 'RecordsBatchUnknown',
  }),
  'Records.supersede': pausable(authors, 'RecordsNotPermitted'),
  'Records.withdraw': pausable(authors, 'RecordsNotPermitted'),
  'Records.erase': pausable([...authors, 'patient'], 'RecordsNotPermitted'),

  'Access.anchor': pausable(['organisation', 'trustee'], 'AccessNotPermitted'),

  'Emergency.setTrustees': unpausable(
    ['patient'],
    'EmergencyPatientUnknown',
    each(patients, 'EmergencyCompartmentUnknown'),
  ),
  'Emergency.clearTrustees': unpausable(['patient'], 'EmergencyNotMarked'),
  'Emergency.declare': unpausable(['clinician'], 'EmergencyNotPermitted'),
  'Emergency.close': unpausable(['clinician'], 'EmergencyNotPermitted'),
  'Emergency.markRelease': unpausable(['organisation', 'trustee'], 'EmergencyNotTrustee'),
  'Emergency.review': unpausable(['independent auditor'], 'EmergencyNotPermitted'),
  'Emergency.contest': unpausable(['patient'], 'EmergencyNotPermitted'),

  'Notary.attest': pausable(['organisation', 'trustee', 'independent auditor'], 'NotaryNotPermitted'),

  'Consortium.voteUpgrade': unpausable(voters, 'ConsortiumNotPermitted'),
  'Consortium.voteRejection': unpausable(voters, 'ConsortiumNotPermitted'),
  'Consortium.voteEnrolment': unpausable(voters, 'ConsortiumNotPermitted'),
  'Consortium.votePause': unpausable(voters, 'ConsortiumNotPermitted'),
  // What was voted for and waited for, anybody carries out.
  'Consortium.executeUpgrade': { may: roles, others: 'done', paused: 'done' },
  'Consortium.executeEnrolment': { may: roles, others: 'done', paused: 'done' },
}

export const expectedOf = ({ may, others, but }: Row, role: Role): string =>
  may.includes(role) ? 'done' : (but?.[role] ?? others)
