/** What happened, and what to do next. Log-safe: no names, contents or keys. */
export type Sentences = readonly [title: string, hint: string]

/**
 * A failure on one machine, of running, backing up or typing, by its stable code. Its sentences stand in a table of the package that it
 * belongs to; what crosses a boundary is an HreError.
 */
export abstract class ListedError<Code extends string> extends Error {
  readonly code: Code
  readonly hint: string
  readonly data: Record<string, unknown>

  constructor(code: Code, [title, hint]: Sentences, data: Record<string, unknown> = {}, cause?: unknown) {
    super(title, cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
    this.data = data
  }
}
