// Prices of sealing on this machine: `node bench/vault.ts`, or with `--json` for a program to read. Larger is better for
// everything per second, smaller for everything in milliseconds. The platform's cryptography and JavaScript do the same work by
// turns, and the best turn of each counts: so that a busy machine slows neither more than the other. `...CpuUs` is the
// processor's time of all threads, which neighbours disturb less; `...Ratio` says how many times JavaScript's speed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  approveRecovery,
  choosePrimitives,
  completeRecovery,
  contentIdOf,
  createRecoveryPhrase,
  createRecoveryRequest,
  createUnlockDocument,
  encodeAgeRecipient,
  openEmergency,
  openKeyring,
  openKeystore,
  openRecord,
  openRecordStream,
  recipientHashOf,
  recipientOf,
  releaseShare,
  sealBackLink,
  sealEmergencyShares,
  sealKeystore,
  sealRecord,
  sealRecordStream,
  splitForGuardians,
  unwrapEpochSeed,
  wrapEpochSeed,
} from '../packages/vault/src/index.ts'
import { primitives } from '../packages/vault/src/primitives.ts'
import { buildForBrowser } from '../packages/vault/scripts/browserBuild.ts'

const largeMB = 32
const patient = openKeyring(new Uint8Array(32).fill(1))
const reader = openKeyring(new Uint8Array(32).fill(2))
const compartment = patient.compartmentId('labs')
const seed = patient.epochSeed(compartment, 1)
const recipient = recipientOf(seed)
const mediaType = 'application/octet-stream'
const context = {
  chainId: 1,
  consent: patient.signer,
  patient: patient.account,
  compartment,
  epoch: 1,
  reader: reader.account,
}

const body = new Uint8Array(largeMB * 1e6).map((_, index) => index)
// What a hospital files most: FHIR resources of 1 to 4 KB.
const resources = Array.from({ length: 3000 }, (_, index) =>
  body.subarray(index, index + 1024 + (index % 3072)),
)

const small = await sealRecord({ body: resources[0]!, mediaType, recipient })
const large = await sealRecord({ body, mediaType, recipient })
const wrap = await wrapEpochSeed({ seed, readerRecipient: reader.recipient, context })
const keystore = await sealKeystore(seed, 'password')
let next = 0
const resource = () => resources[next++ % resources.length]!
const sealWrap = () => wrapEpochSeed({ seed, readerRecipient: reader.recipient, context })

/** Each with how many units a run of it is. */
const works: Record<string, [unit: number, run: () => unknown]> = {
  // As a file of any size is sealed and opened: piece by piece, everything by the one side's cryptography.
  sealMBps: [largeMB, sealPieces],
  openMBps: [largeMB, openPieces],
  // Held in memory. WebCrypto, which cannot digest in pieces, digests for JavaScript here, on another thread.
  sealAtOnceMBps: [largeMB, () => sealRecord({ body, mediaType, recipient })],
  openAtOnceMBps: [largeMB, () => openRecord({ ...large, seed })],
  contentIdMBps: [largeMB, () => contentIdOf(large.sealed)],
  sealResourcesPerSec: [1, () => sealRecord({ body: resource(), mediaType, recipient })],
  openResourcesPerSec: [1, () => openRecord({ ...small, seed })],
  wrapsPerSec: [1, sealWrap],
  // What a wrap cannot do without, whatever is around it: ML-KEM-768 and X25519.
  encapsulationsPerSec: [1, () => primitives().xwingEncapsulate(reader.recipient)],
  unwrapsPerSec: [1, () => unwrapEpochSeed({ wrap, readerSeed: reader.recipientSeed, context })],
  recipientsPerSec: [1, () => recipientOf(seed)],
  keyringsPerSec: [1, () => openKeyring(seed)],
  keystoreOpensPerSec: [1, () => openKeystore(keystore, 'password')],
}

const figures: Record<string, number> = {
  ...(await sideBySide()),
  ...sealByAge(),
  ...streamLarge(),
  bundleKB: (await buildForBrowser()).bundleKB,
}
choosePrimitives()
Object.assign(figures, { ...(await recover()), ...(await openInEmergency()), ...(await rotate()) })

async function* piecesOf(bytes: Uint8Array) {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536)
}

async function sealPieces() {
  for await (const _piece of sealRecordStream({
    body: piecesOf(body),
    mediaType,
    recipient,
    reuseMemory: true,
  }));
}

async function openPieces() {
  const { body } = await openRecordStream({
    ...large,
    sealed: piecesOf(large.sealed),
    seed,
    reuseMemory: true,
  })
  for await (const _piece of body);
}

async function sideBySide(): Promise<Record<string, number>> {
  const sides = { Native: 'native', Js: 'javascript' } as const
  const results: Record<string, number> = {}
  for (const [name, [unit, run]] of Object.entries(works)) {
    for (let turn = 0; turn < 9; turn++) {
      for (const [suffix, side] of Object.entries(sides)) {
        if (!choosePrimitives(side)) continue
        const { perSecond, cpuUs } = await turnOf(run)
        const what = name.replace(/(PerSec|MBps)$/, '')
        const [speed, cpu] = [`${name}${suffix}`, `${what}CpuUs${suffix}`]
        results[speed] = Math.max(results[speed] ?? 0, perSecond * unit)
        results[cpu] = Math.min(results[cpu] ?? Infinity, cpuUs / unit)
      }
    }
    const { [`${name}Native`]: native, [`${name}Js`]: js } = results
    if (native !== undefined) results[`${name}Ratio`] = native / js!
  }
  return results
}

/** A fifth of a second of it. */
async function turnOf(run: () => unknown) {
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  let runs = 0
  do {
    await run()
    runs++
  } while (performance.now() - start < 200)
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: (runs * 1000) / (performance.now() - start), cpuUs: (user + system) / runs }
}

/** A new device with what three of five guardians sent: from their answers to the root seed of before. */
async function recover() {
  const guardians = [11, 12, 13, 14, 15].map((byte) => openKeyring(new Uint8Array(32).fill(byte)))
  const place = { chainId: 1, directory: patient.signer, account: patient.account }
  const { secret, shares } = await splitForGuardians({
    context: { ...place, term: 1 },
    guardians,
    threshold: 3,
  })
  const paper = { kind: 'phrase', phrase: createRecoveryPhrase() } as const
  const document = await createUnlockDocument(new Uint8Array(32), [paper, secret])
  const { request, rootSeed } = createRecoveryRequest(place)
  const answers = shares
    .slice(0, 3)
    .map((share, at) => approveRecovery({ share, guardianSeed: guardians[at]!.recipientSeed, request }))
  const approvals = await Promise.all(answers)
  const way = document.ways[1]!
  return { recoverMs: await msPer(() => completeRecovery({ request, rootSeed, way, approvals })) }
}

/** A clinician with what three of five trustees released: from their shares to the epoch's seed. */
async function openInEmergency() {
  const trustees = [21, 22, 23, 24, 25].map((byte) => openKeyring(new Uint8Array(32).fill(byte)))
  const place = { chainId: 1, emergency: patient.signer, patient: patient.account, compartment, epoch: 1 }
  const dealt = await sealEmergencyShares({ epochSeed: seed, context: place, trustees, threshold: 3 })
  const { sharesHash } = dealt
  const [declaration, now, clinician] = [1n, 1000, reader.account]
  const seen = {
    finalBlock: 1,
    declaration: {
      id: declaration,
      patient: patient.account,
      clinician,
      block: 1,
      declaredAt: now,
      until: now + 1800,
      isClosed: false,
    },
    clinician: { isMember: true, licensedUntil: now + 1 },
    compartment: { isMarked: true, epoch: 1, sharesHash },
  }
  const made = dealt.shares.slice(0, 3).map(async (share, at) => {
    const trusteeSeed = trustees[at]!.recipientSeed
    const clinicianRecipient = reader.recipient
    return (await releaseShare({ share, trusteeSeed, declaration, clinicianRecipient, seen, now })).release
  })
  const asked = {
    context: place,
    declaration,
    clinician,
    clinicianSeed: reader.recipientSeed,
    sharesHash,
    expectedRecipientHash: recipientHashOf(recipient),
    releases: await Promise.all(made),
  }
  return { emergencyMs: await msPer(() => openEmergency(asked)) }
}

/** A compartment with fifty readers: the new epoch's seed and recipient, the back-link, a wrap to each who stays. */
async function rotate() {
  const readers = Array.from({ length: 50 }, (_, n) => openKeyring(new Uint8Array(32).fill(100 + n)))
  return {
    rotate50Ms: await msPer(async () => {
      const newSeed = patient.epochSeed(compartment, 2)
      recipientHashOf(recipientOf(newSeed))
      sealBackLink({ patient: patient.account, compartment, newEpoch: 2, newSeed, oldSeed: seed })
      const wraps = readers.map(({ recipient: readerRecipient, account }) => {
        const wrapContext = { ...context, epoch: 2, reader: account }
        return wrapEpochSeed({ seed: newSeed, readerRecipient, context: wrapContext })
      })
      await Promise.all(wraps)
    }),
  }
}

/** Peak resident memory, Node itself included, of a process that seals and opens 500 MB as streams, file to file. */
function streamLarge(): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'hre-bench-'))
  try {
    const script = fileURLToPath(new URL('../packages/vault/test/streamLarge.ts', import.meta.url))
    const { stdout } = spawnSync(process.execPath, [script, '500000000', folder], { encoding: 'utf8' })
    const { peakMB, sealMBps, openMBps } = JSON.parse(stdout)
    return { sealPeakMB: peakMB, sealStreamMBps: sealMBps, openStreamMBps: openMBps }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The stock age on the same bytes, file to file; nothing where there is none. Best of five. */
function sealByAge(): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'hre-bench-'))
  try {
    writeFileSync(join(folder, 'body'), body)
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now()
      const args = ['-r', encodeAgeRecipient(recipient), '-o', join(folder, 'sealed'), join(folder, 'body')]
      return spawnSync('age', args).status === 0 ? performance.now() - start : Infinity
    })
    const best = Math.min(...times)
    return Number.isFinite(best) ? { sealMBpsAgeCli: (largeMB * 1000) / best } : {}
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (process.argv.includes('--json')) console.log(JSON.stringify({ figures }))
else console.table(Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)])))

/** Runs for about a second after warming up. */
async function perSecond(work: () => unknown): Promise<number> {
  await work()
  const start = performance.now()
  let runs = 0
  do {
    await work()
    runs++
  } while (performance.now() - start < 1000)
  return (runs * 1000) / (performance.now() - start)
}

async function msPer(work: () => unknown): Promise<number> {
  return 1000 / (await perSecond(work))
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}
