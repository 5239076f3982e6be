/** Limits of the host (spec/chain.md H9). Sizes in bytes, times in milliseconds. */

/** Largest HTTP body; Besu and geth take 5 MB as well. */
export const BODY_BYTES_MAX = 5 * 1024 * 1024
/** Requests in one JSON-RPC batch, as in Besu. */
export const BATCH_REQUESTS_MAX = 1024
/** Raw transaction, as in geth's pool. */
export const TRANSACTION_BYTES_MAX = 128 * 1024
/** Open HTTP connections. */
export const CONNECTIONS_MAX = 512
/** Reads under way inside the engine; more wait in line. */
export const READS_MAX = 256

/** Transactions waiting for a block; the next sender is told to come back. */
export const QUEUE_TRANSACTIONS_MAX = 20_000
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024
/** Transactions in one block: bounds a round to a fraction of a second. Gas is the other bound. */
export const BLOCK_TRANSACTIONS_MAX = 1_000
/** Raw bytes in one block: the engine reads requests at quadratic cost, and a journal frame has an end. */
export const BLOCK_BYTES_MAX = 4 * 1024 * 1024

/** Transactions held because an earlier nonce is missing. */
export const HELD_MAX = 1_024
export const HELD_PER_SENDER_MAX = 64
/** When the pool is full, those held for longer make room, as in geth: any key may sign an early nonce for nothing. */
export const HELD_MS_MAX = 3 * 3_600_000
/** A replacement must raise both fees by this much, as in geth and Besu. */
export const REPLACEMENT_BUMP_PERCENT = 10n

/** EIP-7825, in force since Osaka. */
export const TRANSACTION_GAS_MAX = 16_777_216n
export const BLOCK_GAS_DEFAULT = 60_000_000
/** Post-states kept in the engine for calls on old blocks; each costs memory in proportion to the state. */
export const HISTORY_STATES = 32

/** A snapshot is due after so many transactions, or a quarter of the chain's, whichever is more. */
export const SNAPSHOT_TRANSACTIONS = 5_000
export const SNAPSHOT_JOURNAL_BYTES = 64 * 1024 * 1024

/** A port that is taken is tried again, so often and for so long. */
export const PORT_RETRY_MS = 200
export const PORT_WAIT_MS = 15_000

/** How long a caller waits while the engine is being brought back. */
export const RECOVERY_WAIT_MS = 60_000
/** Engine restarts in a row without a block between them before the host gives up. */
export const RECOVERIES_MAX = 5
