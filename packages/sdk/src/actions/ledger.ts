import {
  accessAbi,
  anchorHead,
  consentAbi,
  consortiumAbi,
  directoryAbi,
  emergencyAbi,
  hashLeaf,
  hreError,
  intakeAbi,
  manifestSchema,
  notaryAbi,
  recordsAbi,
  treeOf,
  type Deployment,
  type ProofFile,
} from '@hre/protocol'
import { contentIdOf } from '@hre/vault'
import {
  decodeFunctionData,
  parseEventLogs,
  zeroHash,
  type Abi,
  type Address,
  type Hex,
  type PublicClient,
} from 'viem'
import type { Actor } from '../actor.ts'

/** A block's header as the node gives it. What an engine does not have is null. */
export interface LedgerHeader {
  number: number
  hash: Hex
  parent: Hex
  /** Unix seconds. */
  timestamp: number
  transactionsRoot: Hex
  stateRoot: Hex
  receiptsRoot: Hex
  /** Fields of the consensus: who made the block and how it was agreed on. */
  proposer: Address
  difficulty: string | null
  mixHash: Hex | null
  extraData: Hex
  nonce: Hex | null
}

/** What became of an operation (O7). `unknown`: the block says nothing of it. */
export type LedgerOutcome = 'applied' | 'failed' | 'refused' | 'unknown'

/** One signed operation, decoded by the contracts' own descriptions. */
export interface LedgerOperation {
  transaction: Hex
  /** Who signed it. */
  account: Address
  /** Name of the contract and of its function; null where they are none of the exchange's. */
  contract: string | null
  action: string | null
  /** Arguments by name, as text. */
  args: Record<string, string>
  outcome: LedgerOutcome
}

export interface LedgerBlock {
  header: LedgerHeader
  operations: LedgerOperation[]
  /** Transactions that carry no operations, such as a deployment. */
  others: number
}

const contracts: Record<string, Abi> = {
  directory: directoryAbi,
  consent: consentAbi,
  records: recordsAbi,
  access: accessAbi,
  emergency: emergencyAbi,
  notary: notaryAbi,
  consortium: consortiumAbi,
}

/** The number of the newest block. */
export async function newestBlock(chain: PublicClient): Promise<number> {
  return Number((await chain.getBlock({ blockTag: 'latest' })).number)
}

/** One block of the chain, with its operations decoded. @throws HreError `not-found` for a block that is not there. */
export async function readBlock(
  chain: PublicClient,
  deployment: Deployment,
  number: number,
): Promise<LedgerBlock> {
  const blockNumber = BigInt(number)
  const block = await chain.getBlock({ blockNumber, includeTransactions: true }).catch((cause: unknown) => {
    if ((cause as Error).name === 'BlockNotFoundError') throw hreError('not-found', { block: number }, cause)
    throw cause
  })
  const logs = await chain.getLogs({
    address: deployment.intake,
    fromBlock: blockNumber,
    toBlock: blockNumber,
  })
  const events = parseEventLogs({ abi: intakeAbi, logs, strict: true })
  const carried = block.transactions.map(({ hash, to, input }) => {
    const own = events.filter(({ transactionHash }) => transactionHash === hash)
    return to?.toLowerCase() === deployment.intake ? operationsIn(deployment, hash, input, own) : []
  })
  return {
    header: {
      number,
      hash: block.hash,
      parent: block.parentHash,
      timestamp: Number(block.timestamp),
      transactionsRoot: block.transactionsRoot,
      stateRoot: block.stateRoot,
      receiptsRoot: block.receiptsRoot,
      proposer: block.miner,
      difficulty: (block.difficulty as bigint | undefined)?.toString() ?? null,
      mixHash: (block.mixHash as Hex | undefined) ?? null,
      extraData: block.extraData,
      nonce: (block.nonce as Hex | null | undefined) ?? null,
    },
    operations: carried.flat(),
    others: carried.filter((operations) => operations.length === 0).length,
  }
}

type IntakeEvents = ReturnType<typeof parseEventLogs<typeof intakeAbi, true>>

function operationsIn(
  deployment: Deployment,
  transaction: Hex,
  input: Hex,
  events: IntakeEvents,
): LedgerOperation[] {
  const submission = submissionOf(input)
  return submission.map(({ operation: { account, target, data, nonce } }, index) => ({
    transaction,
    account: account.toLowerCase() as Address,
    ...decodeCall(deployment, { target, data }),
    outcome: outcomeOf(events, account, nonce, index),
  }))
}

function submissionOf(input: Hex) {
  try {
    const { functionName, args } = decodeFunctionData({ abi: intakeAbi, data: input })
    return functionName === 'submit' ? args[0] : []
  } catch {
    // Anybody may send anything to a contract.
    return []
  }
}

/** What an operation calls, by the contracts' own descriptions. */
export function decodeCall(
  deployment: Deployment,
  { target, data }: { target: Address; data: Hex },
): Pick<LedgerOperation, 'contract' | 'action' | 'args'> {
  const named = Object.entries(contracts).find(
    ([name]) => deployment[name as 'directory'] === target.toLowerCase(),
  )
  if (!named) return { contract: null, action: null, args: {} }
  const [contract, abi] = named
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi, data })
    const inputs = abi.flatMap((item) =>
      item.type === 'function' && item.name === functionName ? [item.inputs] : [],
    )[0]
    const named = args.map((value, index) => [inputs?.[index]?.name || String(index), textOf(value)])
    return { contract, action: functionName, args: Object.fromEntries(named) as Record<string, string> }
  } catch {
    return { contract, action: null, args: {} }
  }
}

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value.toLowerCase()
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  )
}

function outcomeOf(events: IntakeEvents, account: Address, nonce: bigint, index: number): LedgerOutcome {
  for (const event of events) {
    if (event.eventName === 'OperationRefused' && event.args.index === BigInt(index)) return 'refused'
    if (event.eventName !== 'OperationApplied' && event.eventName !== 'OperationFailed') continue
    if (event.args.account.toLowerCase() !== account.toLowerCase() || event.args.nonce !== nonce) continue
    return event.eventName === 'OperationApplied' ? 'applied' : 'failed'
  }
  return 'unknown'
}

/**
 * Proof files of every record of a batch (R6), for whoever checks them with `hre verify`. What the gateway gives is
 * hashed here: a manifest that is not the one on chain is refused.
 *
 * @param manifest - content id, from the operation that committed the batch.
 * @throws HreError `forbidden` for anybody but an auditor; `not-found`; `content-mismatch`.
 */
export async function proveBatch({ session, deployment }: Actor, manifest: Hex): Promise<ProofFile[]> {
  const bytes = await session.call('getManifest', { params: { contentId: manifest } })
  if (contentIdOf(bytes) !== manifest) throw hreError('content-mismatch', { manifest })
  const { organisation, leaves } = manifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  const tree = treeOf(leaves.map(hashLeaf))
  return leaves.map((leaf, index) => ({
    format: 'hre-record-proof-v2',
    deployment,
    organisation,
    leaf,
    proof: tree.proof(index),
  }))
}

/** An organisation's log of accesses as the chain has it (A4). */
export interface SealedLog {
  organisation: Address
  /** How many seals, and how many accesses are under them. */
  anchors: number
  receipts: number
  /** Block of the newest. */
  block: number
  /** Each names the one before it, none is missing, and the newest is the head that the contract holds. */
  isUnbroken: boolean
}

/** Follows every organisation's anchors from the first to the head, recomputing each (A4). */
export async function checkLogs(chain: PublicClient, { access, block }: Deployment): Promise<SealedLog[]> {
  const logs = await chain.getLogs({ address: access, fromBlock: BigInt(block) })
  const events = parseEventLogs({ abi: accessAbi, logs, eventName: 'AccessAnchored', strict: true })
  const byOrganisation = Map.groupBy(events, ({ args }) => args.organisation.toLowerCase() as Address)
  return Promise.all(
    [...byOrganisation].map(async ([organisation, anchors]) => {
      let head: Hex = zeroHash
      let isUnbroken = true
      for (const [index, { args }] of anchors.entries()) {
        const sequence = Number(args.sequence)
        isUnbroken &&= sequence === index && args.previous === head
        head = anchorHead({ organisation, sequence, previous: head, root: args.root, count: args.count })
        isUnbroken &&= args.head === head
      }
      const [present] = await chain.readContract({
        address: access,
        abi: accessAbi,
        functionName: 'headOf',
        args: [organisation],
      })
      return {
        organisation,
        anchors: anchors.length,
        receipts: anchors.reduce((sum, { args }) => sum + args.count, 0),
        block: Number(anchors.at(-1)!.blockNumber),
        isUnbroken: isUnbroken && present === head,
      }
    }),
  )
}
