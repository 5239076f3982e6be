import type { Translation } from './en.ts'
import { emergency } from './pa/emergency.ts'
import { failure } from './pa/failure.ts'
import { home } from './pa/home.ts'
import { join } from './pa/join.ts'
import { leaving } from './pa/leaving.ts'
import { more } from './pa/more.ts'
import { record } from './pa/record.ts'
import { recovery } from './pa/recovery.ts'
import { sharing } from './pa/sharing.ts'
import { unlock } from './pa/unlock.ts'
import { visitors } from './pa/visitors.ts'
import { words } from './pa/words.ts'

export const pa: Translation = {
  ...words,
  ...join,
  ...unlock,
  ...recovery,
  ...emergency,
  ...home,
  ...record,
  ...sharing,
  ...visitors,
  ...more,
  ...leaving,
  ...failure,
}
