import type { Fields } from './fields.ts'
import type { GuardianContext } from './labels.ts'

/** Apart from the sharing itself, which a device needs once in a while. @throws VaultError as `fields`. */
export const parseGuardianContext = (fields: Fields): GuardianContext => ({
  chainId: fields.integer('chainId', 1, Number.MAX_SAFE_INTEGER),
  directory: fields.hex('directory', 20),
  account: fields.hex('account', 20),
  term: fields.integer('term', 1, 0xffffffff),
})
