import {
  connectPerson,
  ExchangeError,
  isAlive,
  readIfThere,
  type ExchangeFile,
  type Layout,
} from '@hre/exchange/client'
import type { Actor } from '@hre/sdk'
import { addressSchema } from '@hre/protocol'
import type { Address } from 'viem'
import type { Context } from './context.ts'
import { usageError } from './errors.ts'
import { afterLogin } from './login.ts'
import { shortHash } from './options/short-id.ts'

/** The exchange of a data folder as a client finds it. */
export interface KnownExchange extends ExchangeFile {
  layout: Layout
}

/** What `exchange.json` says, whether or not it runs. @throws ExchangeError `not-running` when there never was one. */
export async function knownExchange({ layout }: Pick<Context, 'layout'>): Promise<KnownExchange> {
  const text = await readIfThere(layout.exchange)
  if (text === undefined) throw new ExchangeError('not-running')
  try {
    return { ...(JSON.parse(text) as ExchangeFile), layout }
  } catch (cause) {
    throw new ExchangeError('not-running', {}, cause)
  }
}

/** @throws ExchangeError `not-running`. */
export async function runningExchange(context: Pick<Context, 'layout'>): Promise<KnownExchange> {
  const exchange = await knownExchange(context)
  if (!isAlive(exchange.pid)) throw new ExchangeError('not-running')
  return exchange
}

/** The person named by `--as`, with the keys that only they hold. */
export async function actorOf(exchange: KnownExchange, as: string | undefined): Promise<Actor> {
  if (as === undefined) throw usageError('Say who is acting', 'Add `--as NAME`; `hre people` lists the names')
  const actor = await connectPerson(exchange, as)
  if (exchange.people[as]?.role === 'patient') await afterLogin(actor)
  return actor
}

/**
 * An account by the name of a person or a hospital of the demonstration, or by itself.
 *
 * @throws ExchangeError `person-unknown`.
 */
export function accountNamed(exchange: KnownExchange, name: string): Address {
  if (/^0x/i.test(name)) {
    const parsed = addressSchema.safeParse(name)
    if (!parsed.success)
      throw usageError('That is not an account', 'An account is 0x and 40 hexadecimal digits')
    return parsed.data
  }
  const people = exchange.people as Record<string, { account: Address } | undefined>
  const organisations = exchange.gateways as Record<string, { account: Address } | undefined>
  const found = people[name] ?? organisations[name]
  if (!found) throw new ExchangeError('person-unknown')
  return found.account
}

/** What an account is called here; an account that nobody here knows stays a short number. */
export function nameOfAccount(exchange: KnownExchange, account: string): string {
  const known = [...Object.values(exchange.people), ...Object.values(exchange.gateways)]
  return known.find((row) => row.account === account.toLowerCase())?.name ?? shortHash(account)
}
