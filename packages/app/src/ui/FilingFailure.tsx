import { Failure } from '../keeper/client.ts'
import { FailureNote } from './FailureNote.tsx'

/** Failures after which nobody knows on this side whether something was saved. */
const unsure = new Set(['outcome-unknown', 'operation-timeout'])

/** Why something was not filed, and whether anybody can say from here that it was not. */
export const FilingFailure = ({ error, not, maybe }: { error: unknown; not: string; maybe: string }) => (
  <FailureNote error={error} saved={error instanceof Failure && unsure.has(error.code) ? maybe : not} />
)
