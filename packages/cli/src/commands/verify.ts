import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { isHreError, proofFileSchema, type Deployment, type ProofFile } from '@hre/protocol'
import { connectChain, verifyRecord, type VerifiedRecord } from '@hre/sdk'
import type { Command } from 'commander'
import { commitmentOfStream } from '@hre/vault'
import type { Hex, PublicClient } from 'viem'
import { contextOf, fromCaller, type Context } from '../context.ts'
import { CliError, usageError } from '../errors.ts'
import { formatMoment } from '../options/amounts.ts'
import { shortHash } from '../options/short-id.ts'
import { knownExchange, nameOfAccount, type KnownExchange } from '../running.ts'

interface VerifyOptions {
  rpc?: string
  blob?: string
  file?: string
  salt?: string
}

export function addVerify(program: Command): void {
  program
    .command('verify <file>')
    .description('check a record’s proof against a chain; needs no gateway')
    .option('--rpc <url>', 'chain endpoint that you trust (default: the one of the data folder)')
    .option('--blob <file>', 'also check that this sealed file is the record’s')
    .option('--file <file>', 'also check that this file in the clear is what was recorded; nobody sees it')
    .option('--salt <file>', 'the salt for --file, as `hre open --out` wrote it (default: FILE.salt)')
    .action(async (name: string, options: VerifyOptions, command: Command) => {
      const context = contextOf(command)
      const file = await readProof(fromCaller(name))
      const exchange = await knownExchange(context).catch(() => undefined)
      const rpcUrl = options.rpc ?? exchange?.rpcUrl
      if (rpcUrl === undefined || !URL.canParse(rpcUrl))
        throw usageError('Name a chain endpoint', 'Add `--rpc URL`, such as http://127.0.0.1:8545')
      // The file names its contracts itself: a forger would name their own.
      const known = options.rpc === undefined ? exchange?.deployment : undefined
      if (known) assertSameDeployment(file, known)
      const verified = await verify(connectChain(rpcUrl), file)
      const blob = options.blob === undefined ? undefined : await assertBlob(fromCaller(options.blob), file)
      const plain = options.file === undefined ? undefined : await assertPlain(options, file)
      tell(context, exchange, { file, verified, blob, plain, contractsKnown: known !== undefined })
    })
}

async function readProof(path: string): Promise<ProofFile> {
  const text = await readFile(path, 'utf8').catch(unreadable)
  try {
    return proofFileSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new CliError('proof-unreadable', { cause })
  }
}

const refused = (title: string, data: Record<string, unknown> = {}, cause?: unknown): CliError =>
  new CliError('proof-refused', { title: `The proof does not verify: ${title}`, data, cause })

function assertSameDeployment({ deployment }: ProofFile, known: Deployment): void {
  const fields = ['chainId', 'intake', 'directory', 'consent', 'records', 'access'] as const
  const different = fields.filter((field) => deployment[field] !== known[field])
  if (different.length > 0) throw refused('it is of other contracts than this exchange’s', { different })
}

async function verify(chain: PublicClient, file: ProofFile): Promise<VerifiedRecord> {
  const chainId = await chain.getChainId().catch((cause: unknown) => {
    throw new CliError('chain-unreachable', { cause })
  })
  if (chainId !== file.deployment.chainId)
    throw refused('it is of another chain', { expected: file.deployment.chainId, actual: chainId })
  const verified = await verifyRecord(chain, file).catch((error: unknown) => {
    if (isHreError(error, 'not-found'))
      throw refused(
        'that organisation committed no such record on that chain, or something in the file was altered',
        error.data,
        error,
      )
    throw error
  })
  if (!verified.contractAgrees) throw refused('the contract on that chain says otherwise')
  // R5: who commits a batch is the author of everything in it.
  if (verified.author.toLowerCase() !== file.leaf.author)
    throw refused('it names an author other than the one who committed it')
  if (!verified.authorSigned) throw refused('its author’s signature is not in the transaction')
  return verified
}

/** @throws CliError `proof-refused` when the file is not the one that was committed to. */
async function assertBlob(path: string, { leaf }: ProofFile): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash).catch(unreadable)
  const contentId = `0x${hash.digest('hex')}`
  if (contentId !== leaf.content)
    throw refused('the sealed file is not the one that was recorded', {
      expected: leaf.content,
      actual: contentId,
    })
  return contentId
}

/**
 * The hash lock: the commitment is computed here, from the file and its salt, and compared with the proven leaf.
 *
 * @throws CliError `proof-refused` when the file is not what was committed to, or the salt is not its own.
 */
async function assertPlain(options: VerifyOptions, { leaf }: ProofFile): Promise<string> {
  const path = fromCaller(options.file!)
  const text = await readFile(fromCaller(options.salt ?? `${options.file}.salt`), 'utf8').catch(unreadable)
  const salt = text.trim()
  if (!/^0x[0-9a-fA-F]{64}$/.test(salt))
    throw usageError('That is not a salt', 'Give the file that `hre open --out` wrote beside the record')
  const commitment = await commitmentOfStream(createReadStream(path), salt as Hex).catch(unreadable)
  if (commitment !== leaf.commitment)
    throw refused('the file is not what was recorded, or not with this salt')
  return commitment
}

function unreadable(cause: unknown): never {
  throw new CliError('file-unreadable', { cause })
}

function tell(
  { output }: Context,
  exchange: KnownExchange | undefined,
  found: {
    file: ProofFile
    verified: VerifiedRecord
    blob: string | undefined
    plain: string | undefined
    contractsKnown: boolean
  },
): void {
  const { file, verified, blob, plain, contractsKnown } = found
  const nameOf = (account: string) => (exchange ? nameOfAccount(exchange, account) : shortHash(account))
  output.value({
    verified: true,
    record: file.leaf.record,
    ...verified,
    blob: blob ?? null,
    commitment: plain ?? null,
    deployment: file.deployment,
  })
  const who = nameOf(verified.organisation)
  const by = verified.keeper ? `added by the patient, ${who},` : `recorded by ${who}`
  output.line(
    `The proof verifies: this ${verified.kind} was ${by} on ${formatMoment(verified.committedAt)} and is unaltered.`,
  )
  output.table(
    [
      ['batch', `${verified.batch}, in block ${verified.block}`],
      ['transaction', verified.transaction],
      ['author', `${nameOf(verified.author)}, who signed it`],
      ['root', verified.root],
      ...(verified.keeper === null ? [] : [['kept by', nameOf(verified.keeper)]]),
      ...(verified.signedByBoth === null
        ? []
        : [['parties', verified.signedByBoth ? 'both have signed' : 'a signature is missing']]),
      ...(verified.status === 'live' ? [] : [['since then', `it was ${verified.status}`]]),
      ...(blob ? [['sealed file', 'is the one that was recorded']] : []),
      ...(plain ? [['file', 'is what was recorded; it was compared on this machine alone']] : []),
    ],
    '  ',
  )
  if (!contractsKnown)
    output.note(
      `Compare the contract with the one that the consortium publishes: records ${file.deployment.records}`,
    )
}
