/**
 * What a command needs to find an exchange and act in it: a part of `index.ts` that loads no gateway, so that a short
 * command answers in half the time.
 */
export { ExchangeError } from './errors.ts'
export type { ExchangeFile, RunningExchange } from './exchange.ts'
export { readIfThere, writeJson, writeWhole } from './files.ts'
export { keepPersonKeys, openPersonKeys, type PersonKeys } from './keys.ts'
export { layoutOf, type Layout } from './layout.ts'
export { isAlive, takeLock } from './lock.ts'
export { admitPatient, connectPerson } from './people.ts'
