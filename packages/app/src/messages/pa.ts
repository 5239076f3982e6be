import type { Translation } from './en.ts'
import { failure } from './pa/failure.ts'
import { home } from './pa/home.ts'
import { join } from './pa/join.ts'
import { more } from './pa/more.ts'
import { record } from './pa/record.ts'
import { sharing } from './pa/sharing.ts'
import { unlock } from './pa/unlock.ts'
import { visitors } from './pa/visitors.ts'
import { words } from './pa/words.ts'

export const pa: Translation = {
  ...words,
  ...join,
  ...unlock,
  ...home,
  ...record,
  ...sharing,
  ...visitors,
  ...more,
  ...failure,
}
