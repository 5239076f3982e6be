import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { eq } from 'drizzle-orm'
import {
  attestCall,
  hashOperation,
  isHreError,
  limits,
  type Deployment,
  type NotaryResult,
} from '@hre/protocol'
import { signCall, type Identity } from '@hre/vault'
import type { FastifyBaseLogger } from 'fastify'
import { bytesToHex, pad, type Hex } from 'viem'
import { filedAs } from '../access/countries.ts'
import type { BlobStore } from '../blobs/blobStore.ts'
import type { Peers } from '../peers/peers.ts'
import type { Relay } from '../relay/relay.ts'
import type { Database } from '../store/database.ts'
import type { Leases } from '../store/leases.ts'
import { systemClock } from '../clock.ts'
import * as t from '../store/schema.ts'
import type { UploadCollector } from './collector.ts'
import { FileRounds } from './fileRounds.ts'
import { advanceRound, findingsOf, openRound, roundState, type Finding, type Round } from './rounds.ts'

export interface WatchOptions {
  db: Database
  deployment: Deployment
  identity: Identity
  blobs: BlobStore
  peers: Peers
  relay: Relay
  leases: Leases
  collector: UploadCollector
  bytesPerSecond: number
  hours: number
  log: FastifyBaseLogger
}

/**
 * The integrity watch: reads every sealed file that the organisation holds, slowly and again and again; repairs what is altered or
 * missing from whoever has a copy; and files what it found with the Notary, signed. Where it is stands in SQL file by file, so
 * a crash repeats one file.
 */
export class IntegrityWatch {
  readonly #options: WatchOptions
  readonly #rounds: FileRounds

  constructor(options: WatchOptions) {
    this.#options = options
    const { identity } = options
    this.#rounds = new FileRounds({
      ...options,
      organisation: identity.account,
      job: 'integrity',
      clock: systemClock,
    })
  }

  start(): void {
    this.#rounds.start({
      isDue: async () => this.#rounds.isDue(await roundState(this.#options.db)),
      run: () => this.run(),
      onInterrupted: (code) =>
        this.#options.log.warn({ code }, 'the integrity watch was interrupted; it goes on later'),
    })
  }

  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  /**
   * Goes on with the round under way, or begins one, up to its end. The caller holds the lease.
   *
   * @returns the round as it ended, or undefined when told to stop.
   */
  async run(): Promise<Round | undefined> {
    const { db, collector } = this.#options
    const round = await openRound(db, systemClock())
    if (!(await this.#rounds.walk(round.after, (content) => this.#look(round.id, content)))) return undefined
    await collector.run()
    return this.#finish(round.id)
  }

  async #look(round: number, content: Hex): Promise<number> {
    const { db, leases, log } = this.#options
    const { result, bytes } = await this.#read(content)
    let finding: Finding | undefined
    if (result !== 'intact') {
      finding = { content, result, repaired: await this.#repair(content) }
      log.error(
        { content, result, repaired: finding.repaired },
        'the integrity watch found a file that is not as it was committed',
      )
    }
    await db.transaction(async (tx) => {
      await leases.assertHeld(tx, 'integrity')
      await advanceRound(tx, round, { content, bytes, finding, now: systemClock() })
    })
    return bytes
  }

  async #read(content: Hex): Promise<{ result: 'intact' | Finding['result']; bytes: number }> {
    try {
      const found = await this.#options.blobs.get(content)
      found?.stream.destroy()
      return found ? { result: 'intact', bytes: found.bytes } : { result: 'missing', bytes: 0 }
    } catch (error) {
      if (isHreError(error, 'record-damaged')) return { result: 'altered', bytes: 0 }
      throw error
    }
  }

  async #repair(content: Hex): Promise<boolean> {
    const { blobs, db, peers } = this.#options
    const copies = await db.select().from(t.copies).where(eq(t.copies.content, content))
    const holders = new Set([...copies.map(({ holder }) => holder), ...(await peers.others())])
    const bytes = await peers.blob(content, [...holders])
    // Erased meanwhile: nothing comes back to life (P9).
    if (!bytes || (await filedAs(db, content)).length === 0) return false
    await blobs.put(content, Readable.from([bytes]), limits.blobBytesMax)
    if ((await filedAs(db, content)).length > 0) return true
    await blobs.delete(content)
    return false
  }

  /** Report, operation and end of the round in one transaction: it is filed once. */
  async #finish(id: number): Promise<Round> {
    const { db, deployment, identity, leases, relay } = this.#options
    const [round] = await db.select().from(t.integrityRounds).where(eq(t.integrityRounds.id, id))
    const findings = await findingsOf(db, id)
    const finishedAt = systemClock()
    const report = reportOf(identity.account, { ...round!, finishedAt }, findings)
    const hash: Hex = `0x${createHash('sha256').update(report).digest('hex')}`
    const call = attestCall(deployment, {
      kind: 'store',
      subject: pad(identity.account, { size: 32 }),
      result: resultOf(findings),
      report: hash,
    })
    const signed = await signCall(identity, deployment, call)
    const files = round!.files
    const [ended] = await db.transaction(async (tx) => {
      await leases.assertHeld(tx, 'integrity')
      // Nothing was read, so there is nothing to say.
      if (files > 0) {
        await tx
          .insert(t.attachments)
          .values({ hash, bytes: bytesToHex(Buffer.from(report)) })
          .onConflictDoNothing()
        await relay.enqueue(tx, [signed])
      }
      return tx
        .update(t.integrityRounds)
        .set({
          finishedAt,
          ...(files > 0 && { report: hash, operation: hashOperation(deployment, signed.operation) }),
        })
        .where(eq(t.integrityRounds.id, id))
        .returning()
    })
    relay.wake()
    return ended!
  }
}

/** N3: what was repaired is intact again. */
function resultOf(findings: readonly { result: string; repaired: boolean }[]): NotaryResult {
  const open = findings.filter(({ repaired }) => !repaired)
  if (open.length === 0) return 'intact'
  return open.some(({ result }) => result === 'missing') ? 'missing' : 'altered'
}

/** What the Notary's finding rests on (N5): content ids, no patient. */
function reportOf(
  organisation: Hex,
  { id, startedAt, finishedAt, files, bytes, repaired, unrepaired }: Round,
  findings: readonly { content: Hex; result: string; repaired: boolean; foundAt: number }[],
): string {
  return JSON.stringify({
    format: 'HRE integrity report 1',
    organisation,
    round: id,
    startedAt,
    finishedAt,
    files,
    bytes,
    repaired,
    unrepaired,
    findings: findings.map(({ content, result, repaired, foundAt }) => ({
      content,
      result,
      repaired,
      foundAt,
    })),
  })
}
