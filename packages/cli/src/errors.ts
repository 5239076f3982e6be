import { ListedError, type Sentences } from '@hre/protocol'

/** What the command's exit code says. In `hre --help` and README.md; never change a number. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  /** EX_TEMPFAIL of sysexits.h. */
  tryLater: 75,
} as const

export type Retry = 'never' | 'later' | 'afterRefresh'

/** Failures that only the command line has: its own arguments, files and answers. */
const cliErrorTable = {
  usage: ['The command was not understood', 'Run `hre --help`'],
  'file-unreadable': ['A file could not be read', 'Check its path and permissions'],
  'file-unwritable': ['A file could not be written', 'Check the folder’s path, permissions and free space'],
  'export-folder-foreign': [
    'That folder holds something else, or another patient’s export',
    'Name a new or an empty folder; nothing was written',
  ],
  'record-unknown': [
    'No record that is open to you has that id',
    'List them with `hre records PATIENT --as WHO`',
  ],
  'record-ambiguous': [
    'More than one record begins with that id',
    'Give more of it; `data.matches` has them',
  ],
  'part-not-granted': [
    'That reader has no grant for that part of the chart',
    '`hre grants --as WHO` lists what there is',
  ],
  'log-altered': [
    'Entries of the access log do not match what was anchored on the chain',
    'Show them to an auditor: a hospital’s log was altered',
  ],
  'log-forged': [
    'Entries of the access log were not signed by the readers that they name',
    'Show them to an auditor: a hospital invented accesses, or changed what was asked for',
  ],
  'chain-unreachable': [
    'No chain answers there',
    'Check the address given with --rpc, and that the chain runs',
  ],
  'proof-unreadable': [
    'That is not a record’s proof file',
    'Make one with `hre prove RECORD --patient PATIENT --as WHO`',
  ],
  'proof-refused': [
    'The proof does not verify',
    'Do not trust the record; ask its author for a new proof and tell an auditor',
  ],
} as const satisfies Record<string, Sentences>

export type CliErrorCode = keyof typeof cliErrorTable

export class CliError extends ListedError<CliErrorCode> {
  override readonly name = 'CliError'

  constructor(
    code: CliErrorCode,
    details: { title?: string; hint?: string; data?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    const [title, hint] = cliErrorTable[code]
    super(code, [details.title ?? title, details.hint ?? hint], details.data, details.cause)
  }
}

/** The caller's words were wrong; nothing was done. */
export const usageError = (title: string, hint: string, data: Record<string, unknown> = {}): CliError =>
  new CliError('usage', { title, hint, data })

/** Any failure in the one form that is shown: a sentence, what to do next, and whether to try again. */
export interface Problem {
  code: string
  title: string
  hint: string
  retry: Retry
  data: Record<string, unknown>
}

/** The fields that HreError, VaultError, FhirError, ExchangeError, ChainError and CliError have in common. */
interface KnownError extends Error {
  code: string
  hint: string
  retry?: Retry
  data?: Record<string, unknown>
}

const isKnown = (error: unknown): error is KnownError =>
  error instanceof Error && 'code' in error && 'hint' in error

export function problemOf(error: unknown): Problem {
  if (!isKnown(error))
    return {
      code: 'internal',
      title: 'Something failed that should not have',
      hint: 'Run it again with HRE_DEBUG=1 and report what it prints',
      retry: 'never',
      data: {},
    }
  const { code, hint, retry, data = {} } = error
  const later = [
    'not-running',
    'data-in-use',
    'process-failed',
    'process-ended',
    'chain-unreachable',
  ].includes(code)
  return { code, title: titleOf(error), hint, retry: retry ?? (later ? 'later' : 'never'), data }
}

/** The sentence alone: VaultError and ChainError put their hint into the message as well. */
function titleOf({ message, hint, data = {} }: KnownError): string {
  const title = message.replace(`. ${hint}.`, '').replace(/\.$/, '')
  const shown = ['file', 'part', 'pid', 'reason', 'log'].filter((key) => {
    const value = data[key]
    // Not what the message says already.
    return (typeof value === 'string' || typeof value === 'number') && !title.includes(String(value))
  })
  const details = shown.map((key) => `${key} ${String(data[key])}`).join(', ')
  return details ? `${title} (${details})` : title
}

export function exitCodeOf({ code, retry }: Problem): number {
  if (code === 'usage') return exitCodes.usage
  if (code === 'not-running') return exitCodes.notRunning
  if (code === 'process-failed' || code === 'process-ended') return exitCodes.failed
  return retry === 'later' ? exitCodes.tryLater : exitCodes.failed
}
