import { Link as LinkTo } from 'wouter'
import { navigate as go } from 'wouter/use-hash-location'
import type { Address } from './addresses.ts'

/** A link to an address of this app. */
export const Link = ({ to, ...props }: { to: Address } & React.ComponentProps<'a'>) => (
  <LinkTo {...props} href={to} />
)

/** Goes there at once; `replace`: in the place of this page, to which there is then no way back. */
export const navigate = (to: Address, options: { replace?: boolean } = {}): void => go(to, options)
