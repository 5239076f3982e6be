import {
  accessAbi,
  anchorHead,
  batchIdOf,
  hashLeaf,
  hashReceipt,
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
  parseEventLogs,
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
  organisation: Address
  author: Address
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
 * something in the file was altered.
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
