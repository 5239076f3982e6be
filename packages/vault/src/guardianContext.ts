/** Apart from the shares: whoever opens an unlock document reads whose guardians it names, and deals none. */
import type { Fields } from './fields.ts'
import type { GuardianContext } from './labels.ts'

/** @throws VaultError `message-refused`. */
export const parseGuardianContext = (fields: Fields): GuardianContext => ({
  chainId: fields.integer('chainId', 1, Number.MAX_SAFE_INTEGER),
  directory: fields.hex('directory', 20),
  account: fields.hex('account', 20),
  term: fields.integer('term', 1, 0xffffffff),
})
