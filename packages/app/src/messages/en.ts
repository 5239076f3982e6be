import { failure } from './en/failure.ts'
import { home } from './en/home.ts'
import { more } from './en/more.ts'
import { record } from './en/record.ts'
import { recovery } from './en/recovery.ts'
import { sharing } from './en/sharing.ts'
import { unlock } from './en/unlock.ts'
import { words } from './en/words.ts'

/**
 * Every sentence of the app, a file for each feature. Words for somebody who is worried and in a hurry; no machinery
 * outside the proof.
 */
export const en = {
  ...words,
  ...unlock,
  ...recovery,
  ...home,
  ...record,
  ...sharing,
  ...more,
  ...failure,
}

/** The same keys in another language. */
export type Translation = Wide<typeof en>
type Wide<T> = { [Key in keyof T]: T[Key] extends string ? string : Wide<T[Key]> }
