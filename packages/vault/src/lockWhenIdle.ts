import { VaultError } from './errors.ts'
import { assertBytes } from './hex.ts'

/** A root seed that is there while somebody works, and gone when nobody does. */
export interface UnlockedSeed {
  /** Lends the seed for the length of one call and counts as activity. Keep no copy. @throws VaultError `locked`. */
  use<T>(work: (rootSeed: Uint8Array) => T): T
  /** A sign of life: a key pressed, a page turned. Does nothing once locked. */
  touch(): void
  /** Overwrites the seed with zeros, now. */
  lock(): void
  readonly isLocked: boolean
}

/**
 * Locks after `idleSeconds` without activity (45 CFR 164.312(a)(2)(iii), automatic logoff).
 *
 * The bytes are overwritten, which JavaScript allows for arrays of bytes and not for texts, numbers or what an engine
 * moved: a memory image taken before may still show them.
 *
 * @param rootSeed - 32 bytes. Taken over, not copied: it is overwritten when the lock closes.
 * @param options.onLock - told once, for whatever reason.
 * @param options.now - milliseconds; default the clock. Compared at every use, because a sleeping laptop fires no timer.
 */
export function lockWhenIdle(
  rootSeed: Uint8Array,
  options: { idleSeconds: number; onLock?: () => void; now?: () => number },
): UnlockedSeed {
  assertBytes(rootSeed, 'rootSeed', 32)
  const { idleSeconds, onLock, now = Date.now } = options
  // A timer's limit is 2^31 milliseconds; a day is long enough for anybody.
  if (!Number.isFinite(idleSeconds) || idleSeconds <= 0 || idleSeconds > 86_400) {
    throw new VaultError('argument-invalid', {
      argument: 'idleSeconds',
      expected: 'more than 0, at most 86400',
    })
  }
  let isLocked = false
  let lastMs = now()
  let timer: ReturnType<typeof setTimeout> | undefined

  function lock() {
    if (isLocked) return
    isLocked = true
    clearTimeout(timer)
    rootSeed.fill(0)
    onLock?.()
  }
  function wait(ms: number) {
    clearTimeout(timer)
    timer = setTimeout(check, ms)
    // In Node a waiting lock should not keep a finished program alive.
    ;(timer as { unref?: () => void }).unref?.()
  }
  function check() {
    if (isLocked) return
    const leftMs = lastMs + idleSeconds * 1000 - now()
    if (leftMs <= 0) lock()
    else wait(leftMs)
  }
  function touch() {
    check()
    if (!isLocked) lastMs = now()
  }
  wait(idleSeconds * 1000)
  return {
    use(work) {
      touch()
      if (isLocked) throw new VaultError('locked', {})
      return work(rootSeed)
    },
    touch,
    lock,
    get isLocked() {
      check()
      return isLocked
    },
  }
}
