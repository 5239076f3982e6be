/**
 * Every address of the app, after the #; a part that is given stands in it as `:name`. After the #, so that nothing of a
 * path reaches a server or its log.
 */
export const patterns = [
  '/',
  '/join/:secret',
  '/add',
  '/record/:record',
  '/share',
  '/share/:reader',
  '/shares',
  '/visits',
  '/more',
  '/ways',
  '/wallet',
  '/guardians',
  '/countries',
  '/emergency',
  '/download',
  '/close',
  '/help',
  '/helpers',
  '/helped',
  '/helped/:patient',
  '/helped/:patient/:place',
  '/patients/:patient',
  '/patients/:patient/ask',
  '/patients/:patient/emergency',
  '/patients/:patient/note',
  '/patients/:patient/order',
  '/laboratory/orders/:batch',
  '/laboratory/results',
  '/laboratory/upload',
  '/organisation/staff',
  '/organisation/staff/:member',
  '/organisation/invite',
  '/organisation/votes',
  '/organisation/emergencies',
  '/organisation/server',
  '/audit/emergencies',
  '/audit/emergencies/:declaration',
  '/audit/watch',
  '/audit/proof',
  '/ledger',
  '/ledger/:block',
  '/sign/:batch',
] as const
export type Pattern = (typeof patterns)[number]

type Filled<Path> = Path extends `${infer Before}/:${string}/${infer After}`
  ? `${Before}/${string}${Filled<`/${After}`>}`
  : Path extends `${infer Before}/:${string}`
    ? `${Before}/${string}`
    : Path
/** An address with what is given in it. */
export type Address = Filled<Pattern>

/** Whether nothing is given in it, and it is not the first page, which is each person's own. */
export const isFixed = (address: string): boolean =>
  address !== '/' && (patterns as readonly string[]).includes(address)
