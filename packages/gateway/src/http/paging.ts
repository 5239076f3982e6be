import { hreError } from '@hre/protocol'

/** Cursors (G31): the last row's place in a list, named after the list so that one of another list is refused. */
export const cursorAfter = (list: string, ...place: (string | number)[]): string =>
  Buffer.from(JSON.stringify([list, ...place])).toString('base64url')

/**
 * The place that a cursor names; undefined for the first page.
 *
 * @param kinds - of what the place consists, as `cursorAfter` was given it.
 * @throws HreError `bad-request` for what is not a cursor of this list.
 */
export function placeIn(
  list: string,
  cursor: string | undefined,
  ...kinds: ('number' | 'hex')[]
): (string | number)[] | undefined {
  if (cursor === undefined) return undefined
  const fits = (value: unknown, kind: 'number' | 'hex' | undefined) =>
    kind === 'number' ? Number.isSafeInteger(value) : /^0x([0-9a-f]{2})+$/.test(String(value))
  try {
    const [named, ...place] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as (string | number)[]
    if (named === list && place.length === kinds.length && place.every((one, at) => fits(one, kinds[at])))
      return place
  } catch {
    // Not JSON: answered below.
  }
  throw hreError('bad-request', { field: 'cursor' })
}

/**
 * One page out of rows that were asked for with one more than the page holds.
 *
 * @param cursorOf - the cursor behind a row.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (last: Row) => string,
): { rows: Row[]; next: string | null } {
  const page = rows.slice(0, limit)
  return { rows: page, next: rows.length > limit ? cursorOf(page.at(-1)!) : null }
}
