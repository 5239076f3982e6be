import { readFile } from 'node:fs/promises'
import { deploymentSchema } from '@hre/protocol'
import { z } from 'zod'

/** A gateway's configuration file. Every field may come from the environment instead, as in `HRE_RPC_URL`. */
export const configSchema = z.strictObject({
  /** Shown to people, never put on chain. */
  name: z.string().min(1).max(100),
  /** Folder for the database, the sealed blobs and the key. */
  dataDir: z.string().min(1),
  host: z.string().default('127.0.0.1'),
  /** 0: any free port. */
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Base URL under which other gateways and clients reach this one; by default the address it listens on. */
  publicUrl: z.url().max(200).optional(),
  rpcUrl: z.url(),
  deployment: deploymentSchema,
  /** PostgreSQL; without it PGlite in `dataDir`. */
  databaseUrl: z.string().optional(),
  /** Sealed key of the organisation (E11), and the file that holds its password. */
  keyFile: z.string(),
  keyPasswordFile: z.string(),
  /** Receipts are anchored this often, in seconds. */
  anchorSeconds: z.coerce.number().int().min(1).max(86_400).default(60),
  /** The chain is asked for news this often, in milliseconds. */
  followMilliseconds: z.coerce.number().int().min(10).max(60_000).default(250),
  /**
   * Blocks above one that make it final: none where the chain never takes a block back, as a consortium's. A trustee waits for
   * this many before it believes a declaration (S8).
   */
  finalityBlocks: z.coerce.number().int().min(0).max(10_000).default(0),
  /** Requests a minute: without a session by address, with one by account. */
  anonymousPerMinute: z.coerce.number().int().min(1).default(600),
  accountPerMinute: z.coerce.number().int().min(1).default(20_000),
  /** JSON lines that the page shows as a story; written by whoever runs a demonstration. */
  storyFile: z.string().optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
})
export type GatewayConfig = z.infer<typeof configSchema>

/** The configuration cannot be used; `message` names each field and what is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
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
      .filter((field) => field !== 'deployment' && environment[environmentName(field)] !== undefined)
      .map((field) => [field, environment[environmentName(field)]]),
  )
  const parsed = configSchema.safeParse({ ...(fromFile as object), ...fromEnvironment })
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`)
  throw new ConfigError(`${file}: ${issues.join('; ')}`)
}
