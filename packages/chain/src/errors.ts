/** When a caller may try again: `later` means the same call can succeed once the cause has passed. */
export type Retry = 'never' | 'later'

/**
 * Base of every error this package throws on purpose.
 *
 * `message` says what happened and what to do next, and is safe to log: ids, sizes and paths, no contents.
 */
export abstract class ChainError<Data extends object = object> extends Error {
  /** Stable, part of the public contract. */
  abstract readonly code: string
  abstract readonly retry: Retry
  abstract readonly hint: string
  readonly data: Data

  constructor(message: string, data: Data, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.data = data
  }
}

/** No anvil in the registry packages nor on PATH. */
export class ChainEngineMissingError extends ChainError<{ platform: string }> {
  readonly code = 'CHAIN_ENGINE_MISSING'
  readonly retry = 'never'
  readonly hint =
    'Install anvil 1.7.1 (https://getfoundry.sh, then `foundryup --install 1.7.1`) and start again, or point HRE at a Besu node.'
  constructor(platform: string) {
    super(`No anvil found for ${platform}: install anvil 1.7.1 and put it on PATH.`, { platform })
  }
}

/** anvil did not start, or died and could not be brought back. */
export class ChainEngineFailedError extends ChainError<{ exitCode: number | null; detail: string }> {
  readonly code = 'CHAIN_ENGINE_FAILED'
  readonly retry = 'later'
  readonly hint = 'Check free memory and the version of anvil; what was acknowledged is in the journal.'
  constructor(detail: string, exitCode: number | null = null, options?: { cause?: unknown }) {
    super(
      `The chain engine failed: ${detail}. Nothing acknowledged is lost; start again.`,
      { exitCode, detail },
      options,
    )
  }
}

/** Another host has this data folder open. */
export class ChainDataLockedError extends ChainError<{ dataDir: string; holderPid: number | null }> {
  readonly code = 'CHAIN_DATA_LOCKED'
  readonly retry = 'later'
  readonly hint = 'Stop the other process, or choose another data folder.'
  constructor(dataDir: string, holderPid: number | null) {
    super(
      `${dataDir} is in use by another chain host${holderPid ? ` (process ${holderPid})` : ''}: stop it first.`,
      {
        dataDir,
        holderPid,
      },
    )
  }
}

/** The data folder was made with other chain parameters. */
export class ChainParametersChangedError extends ChainError<{
  parameter: string
  stored: number | string
  given: number | string
}> {
  readonly code = 'CHAIN_PARAMETERS_CHANGED'
  readonly retry = 'never'
  readonly hint = 'Start with the stored parameters, or use an empty data folder for a new chain.'
  constructor(parameter: string, stored: number | string, given: number | string) {
    super(`This chain was made with ${parameter} ${stored} and cannot be opened with ${given}.`, {
      parameter,
      stored,
      given,
    })
  }
}

/** The journal is damaged before its tail: acknowledged transactions would be lost by going on. */
export class ChainJournalCorruptError extends ChainError<{
  file: string
  offsetBytes: number
  reason: string
}> {
  readonly code = 'CHAIN_JOURNAL_CORRUPT'
  readonly retry = 'never'
  readonly hint = 'Restore the chain folder from a backup; keep the damaged one for analysis.'
  constructor(file: string, offsetBytes: number, reason: string) {
    super(`Journal ${file} is damaged at byte ${offsetBytes} (${reason}): restore it from a backup.`, {
      file,
      offsetBytes,
      reason,
    })
  }
}

/** A snapshot is damaged and the generation before it is gone. */
export class ChainSnapshotCorruptError extends ChainError<{ file: string; reason: string }> {
  readonly code = 'CHAIN_SNAPSHOT_CORRUPT'
  readonly retry = 'never'
  readonly hint = 'Restore the chain folder from a backup; keep the damaged one for analysis.'
  constructor(file: string, reason: string) {
    super(`Snapshot ${file} is damaged (${reason}) and no older one can replace it: restore from a backup.`, {
      file,
      reason,
    })
  }
}

/** Replay gave a block other than the one the journal remembers. */
export class ChainReplayDivergedError extends ChainError<{
  block: number
  expected: string
  actual: string
}> {
  readonly code = 'CHAIN_REPLAY_DIVERGED'
  readonly retry = 'never'
  readonly hint = 'Use the anvil version that wrote the journal (1.7.1), then start again.'
  constructor(block: number, expected: string, actual: string) {
    super(`Replay of block ${block} gave ${actual} instead of ${expected}: check the version of anvil.`, {
      block,
      expected,
      actual,
    })
  }
}

/** The journal could not be written: nothing of this round was acknowledged. */
export class ChainJournalWriteError extends ChainError<{ systemCode: string }> {
  readonly code = 'CHAIN_JOURNAL_WRITE'
  readonly retry = 'later'
  readonly hint = 'Free disk space in the data folder, then send again.'
  constructor(cause: unknown) {
    const systemCode = (cause as { code?: string } | null)?.code ?? 'unknown'
    super(
      `The journal could not be written (${systemCode}): nothing was accepted, free disk space and send again.`,
      { systemCode },
      { cause },
    )
  }
}

/** Somebody else listens on the asked port. */
export class ChainPortInUseError extends ChainError<{ port: number }> {
  readonly code = 'CHAIN_PORT_IN_USE'
  readonly retry = 'later'
  readonly hint = 'Choose another port, or 0 for a free one.'
  constructor(port: number) {
    super(`Port ${port} on 127.0.0.1 is taken: choose another, or 0 for a free one.`, { port })
  }
}

/** An option is out of its range. */
export class ChainOptionInvalidError extends ChainError<{ option: string; reason: string }> {
  readonly code = 'CHAIN_OPTION_INVALID'
  readonly retry = 'never'
  readonly hint = 'Correct the option; spec/chain.md H1 lists the ranges.'
  constructor(option: string, reason: string) {
    super(`Option ${option} ${reason}.`, { option, reason })
  }
}

/** The host is stopping; what was not acknowledged was not accepted. */
export class ChainStoppedError extends ChainError {
  readonly code = 'CHAIN_STOPPED'
  readonly retry = 'later'
  readonly hint = 'Send again once the chain runs.'
  constructor() {
    super('The chain is stopping: nothing was accepted, send again once it runs.', {})
  }
}
