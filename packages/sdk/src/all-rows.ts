import { hreError, limits } from '@hre/protocol'

/**
 * A whole list, page by page (G31).
 *
 * @param ask - asks for the page behind a cursor; the first time without one.
 * @throws HreError `internal` for a list that does not come to an end.
 */
export async function allRows<Page extends { next: string | null }, Row>(
  ask: (cursor: string | undefined) => Promise<Page>,
  rowsOf: (page: Page) => readonly Row[],
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  for (;;) {
    const page = await ask(cursor)
    const found = rowsOf(page)
    for (const row of found) rows.push(row)
    if (page.next === null) return rows
    if (found.length === 0 || rows.length > limits.listRowsMax)
      throw hreError('internal', { reason: 'the gateway sends a list without end' })
    cursor = page.next
  }
}
