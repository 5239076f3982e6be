/** Every limit that clients and gateways must agree on. Units are last in the name. */
export const limits = {
  /** X-Wing public key (D3). */
  recipientBytes: 1216,
  /** ERC-7913 signer (O1). */
  signerBytesMax: 1024,
  /** Signature of any ERC-7913 verifier (WebAuthn carries client data). */
  signatureBytesMax: 4096,
  /** Call data of one operation: the largest is a registration. */
  operationDataBytesMax: 8192,
  /** Operations in one submission (O7). */
  operationsPerSubmissionMax: 256,
  /** A caller waits so long at most for what becomes of an operation (G4). */
  operationWaitSecondsMax: 20,
  /** How far ahead a deadline may be (O5). */
  operationDeadlineSecondsMax: 24 * 60 * 60,
  operationDeadlineSecondsDefault: 10 * 60,
  /** One operation's gas (O8): a larger one could crowd out its neighbours. */
  operationGasMax: 8_000_000,
  /** Grant period (C2). */
  grantSecondsMax: 10 * 365 * 24 * 60 * 60,
  /** Records named in one access request (A1). */
  recordsPerAccessMax: 256,
  accessRequestAgeSecondsMax: 5 * 60,
  accessRequestAheadSecondsMax: 60,
  /** How long a receipt releases the files that it names. */
  releaseSecondsMax: 5 * 60,
  /** Sealed files that are asked for together (G41), the largest that is given out so, and all of one answer. */
  blobsTogetherMax: 50,
  blobTogetherBytesMax: 64 * 1024,
  blobsTogetherBytesMax: 1024 * 1024,
  /** Records that one organisation files into one patient's inbox within 24 hours, without a grant (C17). */
  inboxRecordsPerDayMax: 50,
  /** One sealed file that a patient adds to the own chart (G40); a gateway may take less, or more. */
  ownFileBytesMax: 20_000_000,
  /** Leaves in a batch (R3). */
  leavesPerBatchMax: 100_000,
  /** Manifest as JSON (R4). */
  manifestBytesMax: 64 * 1024 * 1024,
  /** One sealed file through the HTTP upload. */
  blobBytesMax: 512 * 1024 * 1024,
  /** One wrap, or the set of wraps of a rotation. */
  attachmentBytesMax: 1024 * 1024,
  attachmentsPerSubmissionMax: 256,
  /** Names of a chart's parts, sealed to a delegate (C13). */
  delegateMapBytesMax: 32 * 1024,
  /** Trustees of a compartment (B1), guardians of an account (D16). */
  shareHoldersMax: 9,
  /** A share sealed to somebody (S4). */
  sealedShareBytes: 1201,
  /** A reason, report or statement about an emergency. */
  emergencyWordsCharactersMax: 4000,
  /** Ways to unlock a root seed (K1). */
  unlockWaysMax: 16,
  /** What a recovered root seed took over (K9). */
  successionBytesMax: 256 * 1024,
  /** Ways to unlock and what goes with them, as JSON. */
  keystoreBytesMax: 768 * 1024,
  /** Failed tries to open one account's keystore, in this many seconds (K10). */
  unlockTriesMax: 10,
  unlockTriesSeconds: 15 * 60,
  /** Open requests to recover one account, each good for this long. */
  recoveryRequestsMax: 256,
  recoveryRequestSeconds: 30 * 24 * 60 * 60,
  /** Any JSON body but a manifest. */
  jsonBodyBytesMax: 4 * 1024 * 1024,
  endpointBytesMax: 200,
  tokenSeconds: 15 * 60,
  challengeSeconds: 2 * 60,
  /** A refresh token, unless its session ends before (G34). */
  refreshSeconds: 14 * 24 * 60 * 60,
  sessionSecondsMax: 30 * 24 * 60 * 60,
  sessionsPerAccountMax: 50,
  passkeysPerAccountMax: 20,
  /** How far ahead a wallet's login message may expire (G38). */
  walletMessageSecondsMax: 10 * 60,
  /** Failed logins that count together, and how many there may be (G36). */
  loginFailureSeconds: 15 * 60,
  loginFailuresPerAddressMax: 50,
  loginFailuresPerAccountMax: 20,
  /** An address that got in is not kept out by others' failures at its account for so long. */
  loginKnownSeconds: 24 * 60 * 60,
  /** Rows of one page of a list (G31). */
  pageRowsMax: 500,
  /** Rows of one whole list that a client believes a gateway to have. */
  listRowsMax: 1_000_000,
  /** Answers kept for an Idempotency-Key (G33), and how many of one caller. */
  idempotencySeconds: 24 * 60 * 60,
  idempotencyAnswersMax: 10_000,
  idempotencyAnswerBytesMax: 1024 * 1024,
  /** Leading zero bits of a puzzle's hash (G39): the first price, and the last, some seconds of one core. */
  puzzleBitsMin: 10,
  puzzleBitsMax: 20,
  puzzleSeconds: 60,
  /** Countries that a patient names (P3): there are fewer. */
  countriesMax: 300,
  /** Patients whose records have one and the same sealed file: one, but for somebody's mischief. */
  statementsPerOfferMax: 8,
  /** Open streams of notifications of one account, at one replica. */
  streamsPerAccountMax: 8,
  /** Address of a webhook or of a push service. */
  callbackUrlCharactersMax: 1000,
  /** Webhooks of an organisation. */
  webhooksMax: 20,
  /** A webhook's message that could not be delivered is given up after this, and stays as a dead letter. */
  deliverySeconds: 24 * 60 * 60,
  /** From the front desk to a device that accepts. */
  invitationSeconds: 24 * 60 * 60,
} as const
