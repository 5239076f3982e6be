import { audit } from './audit.ts'
import { doctor } from './doctor.ts'
import { glass } from './glass.ts'
import { laboratory } from './laboratory.ts'
import { organisation } from './organisation.ts'

/** Sentences for those who work here, which a patient's device never loads. The words of a ward are allowed. */
export const staff = {
  ...doctor,
  ...glass,
  ...laboratory,
  ...organisation,
  ...audit,
  failure: { ...glass.failure, ...laboratory.failure, ...organisation.failure, ...audit.failure },
}

/** The same keys in another language. */
export type StaffTranslation = Wide<typeof staff>
type Wide<T> = { [Key in keyof T]: T[Key] extends string ? string : Wide<T[Key]> }
