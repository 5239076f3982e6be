import type { Chart, Hex } from './api.ts'
import { changeKept } from './change.ts'
import type { RememberedPatient } from './desk-api.ts'
import type { SealedShelf } from './sealed.ts'

const noteName = 'remembered'

/** Somebody whose chart was opened on this device and is still open to this person. */
export interface Remembered extends RememberedPatient {
  appointments: { record: Hex; start: string; title: string }[]
}
type All = Record<Hex, Remembered>

/** By patient. */
export const remembered = async (shelf: SealedShelf): Promise<All> => (await shelf.read<All>(noteName)) ?? {}

export async function remember(
  shelf: SealedShelf,
  { patient, name, birthDate, items }: Chart,
): Promise<void> {
  const appointments = items.flatMap(({ kind, record, date, title }) =>
    kind === 'appointment' && date !== null ? [{ record, start: date, title }] : [],
  )
  await changeKept<All>(shelf, noteName, (known) => ({
    ...known,
    [patient]: { name, birthDate, appointments },
  }))
}

/** Access ended: its copy on this device ends as well. */
export async function forgetRemembered(shelf: SealedShelf, patient: Hex): Promise<void> {
  if (!(patient in (await remembered(shelf)))) return
  await shelf.remove(patient)
  await changeKept<All>(shelf, noteName, (known = {}) => {
    const { [patient]: _, ...others } = known
    return others
  })
}
