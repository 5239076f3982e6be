// Prices of sealing on this machine: `node bench/vault.ts`, or with `--json` for a program to read. Larger is better for
// everything per second, smaller for everything in milliseconds.
import {
  contentIdOf,
  openKeyring,
  openKeystore,
  openRecord,
  recipientOf,
  sealKeystore,
  sealRecord,
  unwrapEpochSeed,
  wrapEpochSeed,
} from '@hre/vault'

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

const small = await sealRecord({ body: new Uint8Array(1024), mediaType, recipient })
const large = await sealRecord({ body: new Uint8Array(largeMB * 1e6), mediaType, recipient })
const wrap = await wrapEpochSeed({ seed, readerRecipient: reader.recipient, context })
const keystore = await sealKeystore(seed, 'password')

const figures = {
  sealMBpsJs:
    largeMB *
    (await perSecond(() => sealRecord({ body: new Uint8Array(largeMB * 1e6), mediaType, recipient }))),
  openMBpsJs: largeMB * (await perSecond(() => openRecord({ ...large, seed }))),
  contentIdMBpsJs: largeMB * (await perSecond(() => contentIdOf(large.sealed))),
  sealSmallPerSecJs: await perSecond(() => sealRecord({ body: new Uint8Array(1024), mediaType, recipient })),
  openSmallPerSecJs: await perSecond(() => openRecord({ ...small, seed })),
  wrapsPerSecJs: await perSecond(() => wrapEpochSeed({ seed, readerRecipient: reader.recipient, context })),
  unwrapsPerSecJs: await perSecond(() =>
    unwrapEpochSeed({ wrap, readerSeed: reader.recipientSeed, context }),
  ),
  recipientsPerSecJs: await perSecond(() => recipientOf(seed)),
  keyringsPerSecJs: await perSecond(() => openKeyring(seed)),
  keystoreOpenMsWasm: 1000 / (await perSecond(() => openKeystore(keystore, 'password'))),
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

function round(value: number): number {
  return Number(value.toPrecision(3))
}
