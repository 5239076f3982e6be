import { ListedError, type Sentences } from '@hre/protocol'

/** Failures of running an exchange on this machine: what happened and what to do. */
export const exchangeErrorTable = {
  'data-in-use': [
    'Another exchange is using this data folder',
    'Stop it first, or choose another folder with --data',
  ],
  'not-running': [
    'No exchange is running on this data folder',
    'Start one with `npm start`, or name its folder with --data',
  ],
  'process-failed': [
    'A part of the exchange did not start',
    'The log named in `data.log` says why; `hre doctor` checks the set-up',
  ],
  'process-ended': [
    'A part of the exchange ended by itself',
    'The log named in `data.log` says why; start again: nothing that was accepted is lost',
  ],
  'password-missing': [
    'The password of a key is missing',
    'Put the password file back; without it the key cannot be opened',
  ],
  'key-damaged': ['A key file is damaged', 'Restore it from a backup'],
  'person-unknown': ['Nobody of that name here', '`hre people` lists who there is'],
  'compile-failed': ['The contracts did not compile', 'Run `npm run build:contracts` to see why'],
  'build-failed': ['The app could not be built', 'Run `npm run build:app` to see why'],
  'database-failed': [
    'An empty database could not be laid down',
    'What `data.output` ends with says why; `hre doctor` checks the set-up',
  ],
  'contracts-differ': [
    'This data folder was made by another version, with other contracts',
    'Choose another folder with --data, or start the version that made it; nothing in it was changed',
  ],
  'import-failed': [
    'A file could not be imported; nothing of that patient was recorded',
    'Mend what `data` names and import it again',
  ],
} as const satisfies Record<string, Sentences>

export type ExchangeErrorCode = keyof typeof exchangeErrorTable

export class ExchangeError extends ListedError<ExchangeErrorCode> {
  override readonly name = 'ExchangeError'

  constructor(code: ExchangeErrorCode, data?: Record<string, unknown>, cause?: unknown) {
    super(code, exchangeErrorTable[code], data, cause)
  }
}
