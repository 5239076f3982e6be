import type { SealedShelf } from './sealed.ts'

/**
 * Makes what a device keeps under a name into something else, one change after the other: of two that began together, in one window
 * or in two, neither writes over the other. Nothing is written when it is given back as it was.
 *
 * @param change - gets what is kept, and may take its time. It changes nothing else under the same name.
 */
export function changeKept<Value>(
  shelf: SealedShelf,
  name: string,
  change: (kept: Value | undefined) => Value | Promise<Value>,
): Promise<Value> {
  return navigator.locks.request(`hre ${name}`, async () => {
    const kept = await shelf.read<Value>(name)
    const changed = await change(kept)
    if (changed !== kept) await shelf.write(name, changed)
    return changed
  })
}
