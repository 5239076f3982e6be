/** One thing that was looked at. Safe to show: paths, ids, versions, counts. */
export interface Finding {
  /** What was looked at, in a word or two: stable, for programs. */
  check: string
  /** `warning`: works, but somebody should know. `problem`: does not work, or is not safe. */
  state: 'ok' | 'warning' | 'problem'
  /** One sentence. */
  text: string
  /** What to do next. */
  hint?: string
}

export const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text })

export const warning = (check: string, text: string, hint: string): Finding => ({
  check,
  state: 'warning',
  text,
  hint,
})

export const problem = (check: string, text: string, hint: string): Finding => ({
  check,
  state: 'problem',
  text,
  hint,
})
