import type { Translation } from './en.ts'
import { failure } from './hi/failure.ts'
import { home } from './hi/home.ts'
import { more } from './hi/more.ts'
import { record } from './hi/record.ts'
import { recovery } from './hi/recovery.ts'
import { sharing } from './hi/sharing.ts'
import { unlock } from './hi/unlock.ts'
import { words } from './hi/words.ts'

export const hi: Translation = {
  ...words,
  ...unlock,
  ...recovery,
  ...home,
  ...record,
  ...sharing,
  ...more,
  ...failure,
}
