/**
 * Every address of the app, after the #; a part that is given stands in it as `$name`. After the #, so that nothing of a
 * path reaches a server or its log.
 */
export const patterns = [
  '/',
  '/join/$secret',
  '/add',
  '/record/$record',
  '/share',
  '/share/$reader',
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
  '/helped/$patient',
  '/helped/$patient/$place',
  '/patients/$patient',
  '/patients/$patient/ask',
  '/patients/$patient/emergency',
  '/patients/$patient/note',
  '/laboratory/results',
  '/laboratory/upload',
  '/organisation/staff',
  '/organisation/staff/$member',
  '/organisation/invite',
  '/organisation/votes',
  '/organisation/emergencies',
  '/organisation/server',
  '/audit/emergencies',
  '/audit/emergencies/$declaration',
  '/audit/watch',
  '/audit/proof',
  '/ledger',
  '/ledger/$block',
  '/sign/$batch',
] as const
export type Pattern = (typeof patterns)[number]

type Filled<Path> = Path extends `${infer Before}/$${string}/${infer After}`
  ? `${Before}/${string}${Filled<`/${After}`>}`
  : Path extends `${infer Before}/$${string}`
    ? `${Before}/${string}`
    : Path
/** An address with what is given in it. */
export type Address = Filled<Pattern>

/** The names of what is given. */
export type Given<Path> = Path extends `${string}/$${infer Name}/${infer After}`
  ? Name | Given<`/${After}`>
  : Path extends `${string}/$${infer Name}`
    ? Name
    : never

const isGiven = (part: string): boolean => part.startsWith('$')

/** Whether `path` is an address of this pattern. */
export function isAt(pattern: Pattern, path: string): boolean {
  const parts = path.split('/')
  const wanted = pattern.split('/')
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => (isGiven(part) ? parts[index] !== '' : part === parts[index]))
  )
}

/** What `path` has in the places of the names: `path` is an address of this pattern or begins with one. */
export function givenIn<Path extends Pattern>(pattern: Path, path: string): Record<Given<Path>, string> {
  const parts = path.split('/')
  const names = pattern.split('/').map((part) => (isGiven(part) ? part.slice(1) : undefined))
  return Object.fromEntries(
    names.flatMap((name, index) => (name === undefined ? [] : [[name, parts[index]]])),
  ) as Record<Given<Path>, string>
}
