import {
  accessAbi,
  anchorHead,
  batchIdOf,
  directoryAbi,
  hashAccessRequest,
  hashLeaf,
  hashReceipt,
  hashRecords,
  hreError,
  intakeAbi,
  nameOf,
  recordKinds,
  recordsAbi,
  recordStatuses,
  rootOfProof,
  signings,
  type Deployment,
  type LoggedAccess,
  type ProofFile,
  type ProvenLeaf,
  type RecordStatus,
} from '@hre/protocol'
import {
  createPublicClient,
  decodeFunctionData,
  http,
  isAddressEqual,
  parseEventLogs,
  recoverAddress,
  size,
  type Address,
  type Hex,
  type PublicClient,
} from 'viem'

/** A chain endpoint of the verifier's own choice. */
export const connectChain = (rpcUrl: string): PublicClient => createPublicClient({ transport: http(rpcUrl) })

/** A record's proof as a file for somebody else. */
export const proofFileOf = (
  deployment: Deployment,
  { organisation, leaf, proof }: ProvenLeaf,
): ProofFile => ({
  format: 'hre-record-proof-v2',
  deployment,
  organisation,
  leaf,
  proof,
})

/** What a proof says once it has been recomputed. */
export interface VerifiedRecord {
  batch: Hex
  /** Who committed it; the patient, where they added it themselves. */
  organisation: Address
  author: Address
  /** The organisation that has the files of what the patient added (R14); null where an organisation committed the record. */
  keeper: Address | null
  committedAt: number
  kind: string
  root: Hex
  transaction: Hex
  block: number
  /** The contract's own answer, as a second opinion. */
  contractAgrees: boolean
  /** The author's signed operation was found in the transaction that committed the batch. */
  authorSigned: boolean
  /** What became of the record since (R10). */
  status: RecordStatus
  /** Of a batch of two parties, whether both have signed; null when nobody but the author had to (R8). */
  signedByBoth: boolean | null
}

/**
 * Recomputes a record's proof from the chain alone: leaf to root to batch by hashing here, the batch and its author from
 * the contract's events, the author's signature from the transaction itself. No gateway is asked.
 *
 * @throws HreError `not-found` when that chain has no such batch: the organisation never committed the record, or
 * something in the file was altered. Also for what somebody put into another person's chart as if it were their own (R16).
 */
export async function verifyRecord(chain: PublicClient, file: ProofFile): Promise<VerifiedRecord> {
  const { deployment, organisation, leaf, proof } = file
  const leafHash = hashLeaf(leaf)
  const root = rootOfProof(leafHash, proof)
  const batch = batchIdOf(organisation, root)
  const events = await chain.getContractEvents({
    address: deployment.records,
    abi: recordsAbi,
    eventName: 'RecordsCommitted',
    args: { batch },
    fromBlock: BigInt(deployment.block),
    strict: true,
  })
  const [event] = events
  if (!event) throw hreError('not-found', { batch, computed: root })
  const [kept] = await chain.getContractEvents({
    address: deployment.records,
    abi: recordsAbi,
    eventName: 'RecordsKept',
    args: { batch },
    fromBlock: event.blockNumber,
    strict: true,
  })
  if (kept && !isAddressEqual(leaf.patient, event.args.author)) throw hreError('not-found', { batch })
  const contract = { address: deployment.records, abi: recordsAbi } as const
  const [block, transaction, contractAgrees, status, { signing }] = await Promise.all([
    chain.getBlock({ blockNumber: event.blockNumber }),
    chain.getTransaction({ hash: event.transactionHash }),
    chain.readContract({ ...contract, functionName: 'verify', args: [organisation, leaf, [...proof]] }),
    chain.readContract({ ...contract, functionName: 'statusOf', args: [batch, leafHash] }),
    chain.readContract({ ...contract, functionName: 'batchOf', args: [batch] }),
  ])
  return {
    batch,
    organisation: event.args.organisation,
    author: event.args.author,
    keeper: kept?.args.keeper ?? null,
    committedAt: Number(block.timestamp),
    kind: nameOf(recordKinds, leaf.kind),
    root,
    transaction: event.transactionHash,
    block: Number(event.blockNumber),
    contractAgrees,
    authorSigned: carriesOperationOf(transaction.input, event.args.author, root),
    status: nameOf(recordStatuses, status) as RecordStatus,
    signedByBoth: signing === signings.oneParty ? null : signing === signings.signed,
  }
}

/** Does the transaction carry an operation of that account that names the root? */
function carriesOperationOf(input: Hex, author: Address, root: Hex): boolean {
  try {
    const { functionName, args } = decodeFunctionData({ abi: intakeAbi, data: input })
    if (functionName !== 'submit') return false
    return args[0].some(
      ({ operation }) =>
        operation.account.toLowerCase() === author.toLowerCase() && operation.data.includes(root.slice(2)),
    )
  } catch {
    return false
  }
}

/** `anchored`: under an anchor that is on chain. `pending`: not anchored yet. `altered`: not what was anchored. */
export type AccessVerdict = 'anchored' | 'pending' | 'altered'

/** Checks entries of an access log against the anchors on chain (A4), which are read once. @returns in their order. */
export async function verifyAccesses(
  chain: PublicClient,
  deployment: Deployment,
  accesses: readonly LoggedAccess[],
): Promise<AccessVerdict[]> {
  const logs = await chain.getLogs({ address: deployment.access, fromBlock: BigInt(deployment.block) })
  const events = parseEventLogs({ abi: accessAbi, logs, eventName: 'AccessAnchored', strict: true })
  // A head commits to its organisation, so the head alone tells whose anchor it is.
  const heads = new Set(events.map(({ args }) => args.head))
  return accesses.map(({ receipt, anchor }) => {
    if (!anchor) return 'pending'
    const { sequence, previous, root, count, proof } = anchor
    if (rootOfProof(hashReceipt(receipt), proof) !== root) return 'altered'
    const { organisation } = receipt
    return heads.has(anchorHead({ organisation, sequence, previous, root, count })) ? 'anchored' : 'altered'
  })
}

/**
 * Asks the contract about one entry of an access log (A8): the receipt, its proof and the anchors since lead to the head that
 * the chain holds. Unlike `verifyAccesses` this needs no trust in the events that a node hands out.
 *
 * @returns false as well when the gateway anchors again while this runs: ask again then.
 */
export async function verifyReceipt(
  chain: PublicClient,
  deployment: Deployment,
  { receipt, anchor }: LoggedAccess,
): Promise<boolean> {
  if (!anchor) return false
  const { organisation, at: loggedAt, ...fields } = receipt
  const events = await chain.getContractEvents({
    address: deployment.access,
    abi: accessAbi,
    eventName: 'AccessAnchored',
    args: { organisation },
    fromBlock: BigInt(deployment.block),
    strict: true,
  })
  const since = events.map(({ args }) => args).filter(({ sequence }) => sequence >= BigInt(anchor.sequence))
  return chain.readContract({
    address: deployment.access,
    abi: accessAbi,
    functionName: 'verifyReceipt',
    args: [
      { ...fields, organisation, loggedAt, index: BigInt(receipt.index) },
      anchor.proof,
      BigInt(anchor.sequence),
      anchor.previous,
      since.map(({ root, count }) => ({ root, count })),
    ],
  })
}

/**
 * `signed`: by a key that was the reader's then. `forged`: by none of the reader's, or about something else than the entry says.
 * `unchecked`: by a kind of key that only the chain can check, and that the reader has replaced since.
 */
export type SignatureVerdict = 'signed' | 'forged' | 'unchecked'

/**
 * Checks that each entry of an access log answers a request which its reader signed (A1, A3), with the signers that stood on chain then
 * (D14). A gateway can log no access in somebody's name without their key. @returns in the entries' order.
 */
export async function verifySignatures(
  chain: PublicClient,
  deployment: Deployment,
  accesses: readonly LoggedAccess[],
): Promise<SignatureVerdict[]> {
  const signersOf = await signerHistory(chain, deployment)
  const verdicts: SignatureVerdict[] = []
  for (const access of accesses) {
    const { receipt } = access
    const candidates = signersOf(receipt.reader).filter(
      ({ from, to }) => from - clockSeconds <= receipt.at && receipt.at <= to + clockSeconds,
    )
    verdicts.push(
      saysTheSame(deployment, access) ? await verdictOn(chain, deployment, access, candidates) : 'forged',
    )
  }
  return verdicts
}

/** The entry's own members against the request that was signed; its hash is in the receipt, which is anchored. */
function saysTheSame(deployment: Deployment, { receipt, request, records }: LoggedAccess): boolean {
  const named = new Set(request.records)
  return (
    hashAccessRequest(deployment, request) === receipt.requestHash &&
    request.reader === receipt.reader &&
    request.patient === receipt.patient &&
    request.purpose === receipt.purpose &&
    hashRecords(records) === receipt.recordsHash &&
    (named.size === 0 || records.every((record) => named.has(record)))
  )
}

/** A gateway's clock and the chain's differ by less than this: around a replacement either signer counts. */
const clockSeconds = 60

interface SignerPeriod {
  signer: Hex
  /** Unix seconds, both inclusive. */
  from: number
  to: number
}

/** Every account's signers and when they signed, from the Directory's events. */
async function signerHistory(
  chain: PublicClient,
  { directory, block }: Deployment,
): Promise<(account: Address) => readonly SignerPeriod[]> {
  const logs = await chain.getLogs({ address: directory, fromBlock: BigInt(block) })
  const eventName = ['AccountRegistered', 'SignerReplaced', 'SignerRevoked'] as const
  const events = parseEventLogs({ abi: directoryAbi, logs, eventName: [...eventName], strict: true })
  const periods = new Map<string, SignerPeriod[]>()
  for (const event of events) {
    const key = event.args.account.toLowerCase()
    const known = periods.get(key) ?? []
    const isFirst = event.eventName === 'AccountRegistered'
    const at = isFirst ? 0 : Number((await chain.getBlock({ blockNumber: event.blockNumber })).timestamp)
    const last = known.at(-1)
    if (last) last.to = Math.min(last.to, at)
    if (event.eventName !== 'SignerRevoked') known.push({ signer: event.args.signer, from: at, to: Infinity })
    periods.set(key, known)
  }
  return (account) => periods.get(account.toLowerCase()) ?? []
}

async function verdictOn(
  chain: PublicClient,
  { intake }: Deployment,
  { receipt, signature }: LoggedAccess,
  candidates: readonly SignerPeriod[],
): Promise<SignatureVerdict> {
  const { reader, requestHash } = receipt
  for (const { signer } of candidates) {
    if (size(signer) !== 20) continue
    const by = await recoverAddress({ hash: requestHash, signature }).catch(() => undefined)
    if (by && isAddressEqual(by, signer)) return 'signed'
  }
  const present = candidates.find(({ to }) => to === Infinity)
  const isAccepted =
    present &&
    (await chain.readContract({
      address: intake,
      abi: intakeAbi,
      functionName: 'isValidSignature',
      args: [reader, present.signer, requestHash, signature],
    }))
  if (isAccepted) return 'signed'
  // The Intake asks the present signer; a contract or key that was replaced cannot be asked any more.
  for (const { signer, to } of candidates)
    if (to !== Infinity && (size(signer) !== 20 || (await chain.getCode({ address: signer })) !== undefined))
      return 'unchecked'
  return 'forged'
}
