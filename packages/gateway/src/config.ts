import { readFile } from 'node:fs/promises'
import { deploymentSchema, limits } from '@hre/protocol'
import { z } from 'zod'
import { cardSchema } from './keys/card.ts'
import { areNetworks } from './notifications/publicAddress.ts'

const portMax = 65_535

/** A gateway's configuration file. Every field but `deployment` and `card` may come from the environment instead, as in `HRE_RPC_URL`. */
export const configSchema = z.strictObject({
  /** Shown to people, never put on chain. */
  name: z.string().min(1).max(100),
  /** Folder for the database, the sealed blobs and the key. */
  dataDir: z.string().min(1),
  host: z.string().default('127.0.0.1'),
  /** 0: any free port. */
  port: z.coerce.number().int().min(0).max(portMax).default(0),
  /** Addresses or networks of proxies whose X-Forwarded-For is believed, with commas; without it none is. */
  trustedProxies: z.string().min(1).max(1000).optional(),
  /** Base URL under which other gateways and clients reach this one; by default the address it listens on. */
  publicUrl: z.url().max(200).optional(),
  rpcUrl: z.url(),
  deployment: deploymentSchema,
  /** PostgreSQL; without it PGlite in `dataDir`. */
  databaseUrl: z.string().optional(),
  /** Connections to PostgreSQL at most; with several replicas, each has as many. */
  databaseConnections: z.coerce.number().int().min(2).max(200).default(10),
  /**
   * Processes that the program makes of itself, at one address, each a replica with connections and limits of its own. More than one needs
   * PostgreSQL.
   */
  workers: z.coerce.number().int().min(1).max(64).default(1),
  /** A statement that takes longer is cancelled and answered 503, in seconds. */
  databaseStatementSeconds: z.coerce.number().int().min(1).max(3_600).default(30),
  /** A replica that died is stood in for after this, in seconds: what only one of them does at a time rests for so long. */
  leaseSeconds: z.coerce.number().int().min(2).max(300).default(10),
  /** Folder for the sealed files; by default `blobs` in `dataDir`. Replicas share one. */
  blobsDir: z.string().min(1).optional(),
  /** Sealed key of the organisation (E11), and the file that holds its password. */
  keyFile: z.string(),
  keyPasswordFile: z.string(),
  /** A smartcard or HSM signs for the organisation in the key's place. */
  card: cardSchema.optional(),
  /** Receipts are anchored this often, in seconds. */
  anchorSeconds: z.coerce.number().int().min(1).max(86_400).default(60),
  /** The chain is asked for news this often, in milliseconds. */
  followMilliseconds: z.coerce.number().int().min(10).max(60_000).default(250),
  /**
   * Blocks above one that make it final: none where the chain never takes a block back, as a consortium's. A trustee waits for
   * this many before it believes a declaration (S8).
   */
  finalityBlocks: z.coerce.number().int().min(0).max(10_000).default(0),
  /** Operations that may wait for the chain: in all (then 503), and of one sender (then 429). */
  relayQueueMax: z.coerce.number().int().min(1).default(20_000),
  relayQueuePerSenderMax: z.coerce.number().int().min(1).default(5_000),
  /** How long a batch of operations may fill up, in milliseconds; 0: what waits goes at once. */
  relayBatchMilliseconds: z.coerce.number().int().min(0).max(10_000).default(0),
  /** Operations in one transaction, at most. */
  relayBatchOperationsMax: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.operationsPerSubmissionMax)
    .default(limits.operationsPerSubmissionMax),
  /** A transaction that lies unmined this long, in seconds, is sent again with a higher fee, if the fees allow one. */
  relayStallSeconds: z.coerce.number().int().min(1).max(3_600).default(30),
  /** Fee for a unit of gas, in wei, of the first attempt and at most; 0 where gas costs nothing. */
  relayFeeWei: z.coerce.number().int().min(0).default(0),
  relayFeeMaxWei: z.coerce.number().int().min(0).default(0),
  /** Requests a minute, for each replica: without a session by address, with one by account. */
  anonymousPerMinute: z.coerce.number().int().min(1).default(600),
  accountPerMinute: z.coerce.number().int().min(1).default(20_000),
  /** Where `/metrics` and health are served beside the public address; without a port, metrics are not served at all. 0: any free. */
  operationsHost: z.string().default('127.0.0.1'),
  operationsPort: z.coerce.number().int().min(0).max(portMax).optional(),
  /** Stored files are read again and checked, and their copies counted, each at most so many bytes a second; 0: never. */
  integrityBytesPerSecond: z.coerce.number().int().min(0).default(4_000_000),
  /** From the end of one round of that to the beginning of the next, in hours. */
  integrityHours: z.coerce.number().min(0.001).max(8_760).default(24),
  /** Sealed files that no batch names are deleted after this, in hours. */
  uploadHours: z.coerce.number().min(0.001).max(8_760).default(48),
  /** What a patient adds to the own chart (G40): one sealed file's size, bytes within 24 hours, records within 24 hours. */
  ownFileBytesMax: z.coerce.number().int().min(0).default(limits.ownFileBytesMax),
  ownBytesPerDayMax: z.coerce.number().int().min(0).default(100_000_000),
  ownRecordsPerDayMax: z.coerce.number().int().min(0).default(50),
  /** Another gateway is asked for a file beside one that is silent, after this long at least, in milliseconds. */
  hedgeMilliseconds: z.coerce.number().int().min(10).max(60_000).default(100),
  /** Whole copies wanted of each sealed file, the gateway's own among them; by default 3, or as many as there are gateways. */
  replicationCopies: z.coerce.number().int().min(1).max(20).optional(),
  /** Countries to which copies go at most, with commas (ISO 3166-1 alpha-2); by default wherever their patients let them. */
  replicationCountries: z
    .string()
    .regex(/^[A-Z]{2}(, ?[A-Z]{2})*$/)
    .optional(),
  /** From the end of one count of the copies to the beginning of the next, in hours. */
  replicationHours: z.coerce.number().min(0.001).max(8_760).default(24),
  /** Copies for other organisations take so many bytes at most; 0: none are kept. */
  guestBytesMax: z.coerce.number().int().min(0).default(100_000_000_000),
  /** Keys of session tokens are replaced this often (G35), in days. */
  tokenKeyDays: z.coerce.number().min(1).max(365).default(30),
  /** What accounts were told is kept this long (T3), in days. */
  notificationDays: z.coerce.number().int().min(15).max(3_650).default(30),
  /** Networks that webhooks and push messages may go to although they are not public, with commas; also over http. Without it none. */
  outboundNetworks: z
    .string()
    .min(1)
    .max(1000)
    .refine(areNetworks, 'networks in CIDR form, with commas')
    .optional(),
  /** Whom a push service may complain to: `mailto:` or `https:`; by default `publicUrl`. */
  pushContact: z
    .string()
    .max(200)
    .regex(/^(mailto:.+@.+|https:\/\/.+)$/)
    .optional(),
  /** Strangers' costly requests a second from which on they pay with a puzzle (G39). */
  puzzleFromPerSecond: z.coerce.number().min(0.1).default(100),
  /** A request must be complete within this, in seconds, so that a slow sender holds no socket for long. */
  requestSeconds: z.coerce.number().int().min(1).default(120),
  /** JSON lines that the page shows as a story; written by whoever runs a demonstration. */
  storyFile: z.string().optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
})
export type GatewayConfig = z.infer<typeof configSchema>

/** What fields say together. Not in the form, which a restored backup also has: whoever restores sets `databaseUrl` when they start it. */
const together = configSchema.pick({ workers: true, databaseUrl: true, operationsPort: true })
const whenEachIsRight = {
  when: ({ value }: { value: unknown }) => together.strip().safeParse(value).success,
}
const usableSchema = configSchema
  .refine(({ workers, databaseUrl }) => workers === 1 || Boolean(databaseUrl), {
    path: ['workers'],
    message: 'more than one needs PostgreSQL: set databaseUrl',
    ...whenEachIsRight,
  })
  .refine(({ workers, operationsPort = 0 }) => operationsPort + workers - 1 <= portMax, {
    path: ['operationsPort'],
    message: `each of the workers needs a port of its own from here on, up to ${portMax}`,
    ...whenEachIsRight,
  })

/** The configuration cannot be used; `message` names each field and what is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'config-invalid'
  readonly hint = 'Mend the file; docs/operations.md explains every field'
}

const environmentName = (field: string) => `HRE_${field.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`

/** @throws ConfigError naming every wrong field at once. */
export async function loadConfig(
  file: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<GatewayConfig> {
  let fromFile: unknown
  try {
    fromFile = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new ConfigError(`${file}: not readable as JSON: ${(cause as Error).message}`, { cause })
  }
  const fromEnvironment = Object.fromEntries(
    Object.keys(configSchema.shape)
      .filter(
        (field) =>
          field !== 'deployment' && field !== 'card' && environment[environmentName(field)] !== undefined,
      )
      .map((field) => [field, environment[environmentName(field)]]),
  )
  // The name that hosting platforms use.
  if (environment['DATABASE_URL'] && !fromEnvironment['databaseUrl'])
    fromEnvironment['databaseUrl'] = environment['DATABASE_URL']
  const parsed = usableSchema.safeParse({ ...(fromFile as object), ...fromEnvironment })
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`)
  throw new ConfigError(`${file}: ${issues.join('; ')}`)
}
