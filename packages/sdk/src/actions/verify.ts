import {
  accessAbi,
  anchorHead,
  hashLeaf,
  hashReceipt,
  hreError,
  intakeAbi,
  nameOf,
  recordKinds,
  recordsAbi,
  rootOfProof,
  type Deployment,
  type LoggedAccess,
  type ProofFile,
  type ProvenLeaf,
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
export const proofFileOf = (deployment: Deployment, { leaf, batch, proof }: ProvenLeaf): ProofFile => ({
  format: 'hre-record-proof-v1',
  deployment,
  batch,
  leaf,
  proof,
})

/** What a proof says once it has been recomputed. */
export interface VerifiedRecord {
  batch: number
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
}

/**
 * Recomputes a record's proof from the chain alone: leaf to root by hashing here, the root and its author from the
 * contract's events, the author's signature from the transaction itself. No gateway is asked.
 *
 * @throws HreError `not-found` when the batch is not on that chain; `manifest-invalid` when the root differs.
 */
export async function verifyRecord(chain: PublicClient, file: ProofFile): Promise<VerifiedRecord> {
  const { deployment, leaf, proof, batch } = file
  const events = await chain.getContractEvents({
    address: deployment.records,
    abi: recordsAbi,
    eventName: 'RecordsCommitted',
    args: { batch: BigInt(batch) },
    fromBlock: BigInt(deployment.block),
    strict: true,
  })
  const [event] = events
  if (!event) throw hreError('not-found', { batch })
  const root = rootOfProof(hashLeaf(leaf), proof)
  if (root !== event.args.root)
    throw hreError('manifest-invalid', { batch, computed: root, onChain: event.args.root })
  const [block, transaction, contractAgrees] = await Promise.all([
    chain.getBlock({ blockNumber: event.blockNumber }),
    chain.getTransaction({ hash: event.transactionHash }),
    chain.readContract({
      address: deployment.records,
      abi: recordsAbi,
      functionName: 'verify',
      args: [BigInt(batch), leaf, [...proof]],
    }),
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
