import { ListedError, type Sentences } from '@hre/protocol'

/** Failures of backup and restore: what happened, and what to do. After each, nothing was changed and nothing is left behind. */
export const backupErrorTable = {
  'backup-target-exists': [
    'There is a file of that name already',
    'Name another one: a backup is never written over',
  ],
  'backup-not-opened': [
    'The backup does not open with that password or identity',
    'Name the one that it was sealed to',
  ],
  'backup-damaged': [
    'The backup is damaged or cut off',
    'Take another one; nothing of this one was restored',
  ],
  'backup-newer': ['The backup was made by a later version', 'Restore it with that version'],
  'restore-folder-used': ['The folder to restore into is not empty', 'Name a new or an empty folder'],
  'restore-database-used': ['The database to restore into is not empty', 'Name an empty database'],
  'restore-unverified': [
    'What was restored does not agree with the chain',
    '`data` says what; ask whoever made the backup, or restore an earlier one',
  ],
} as const satisfies Record<string, Sentences>

export type BackupErrorCode = keyof typeof backupErrorTable

export class BackupError extends ListedError<BackupErrorCode> {
  override readonly name = 'BackupError'

  constructor(code: BackupErrorCode, data?: Record<string, unknown>, cause?: unknown) {
    super(code, backupErrorTable[code], data, cause)
  }
}
