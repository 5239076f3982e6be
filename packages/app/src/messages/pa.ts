import type { Translation } from './en.ts'
import { failure } from './pa/failure.ts'
import { home } from './pa/home.ts'
import { more } from './pa/more.ts'
import { record } from './pa/record.ts'
import { recovery } from './pa/recovery.ts'
import { sharing } from './pa/sharing.ts'
import { unlock } from './pa/unlock.ts'
import { words } from './pa/words.ts'

export const pa: Translation = {
  ...words,
  ...unlock,
  ...recovery,
  ...home,
  ...record,
  ...sharing,
  ...more,
  ...failure,
}
