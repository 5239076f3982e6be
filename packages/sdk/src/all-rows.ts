/**
 * A whole list, page by page (G31).
 *
 * @param ask - asks for the page behind a cursor; the first time without one.
 */
export async function allRows<Page extends { next: string | null }, Row>(
  ask: (cursor: string | undefined) => Promise<Page>,
  rowsOf: (page: Page) => readonly Row[],
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  for (;;) {
    const page = await ask(cursor)
    rows.push(...rowsOf(page))
    if (page.next === null) return rows
    cursor = page.next
  }
}
