/** One thing that happened, in plain words, with what proves it. */
export interface StoryLine {
  step: string
  ok: boolean
  text: string
  /** What anyone can look up: transaction, block, content id, receipt. */
  proof: Record<string, string | number | boolean>
  milliseconds: number
}

/** Where lines go as they happen. */
export type Narrator = (line: StoryLine) => Promise<void>

/** What a step found; `ok` is false when it is not what should have happened. */
export type Finding = Omit<StoryLine, 'step' | 'milliseconds'>

/** Tells steps one after another; a step that throws is told as one that failed. */
export class Teller {
  readonly #narrate: Narrator
  readonly lines: StoryLine[] = []

  constructor(narrate: Narrator) {
    this.#narrate = narrate
  }

  get ok(): boolean {
    return this.lines.every((line) => line.ok)
  }

  async tell(step: string, act: () => Promise<Finding>): Promise<void> {
    const started = performance.now()
    const finding = await act().catch((error: unknown) => failed(error))
    const line = { step, ...finding, milliseconds: Math.round(performance.now() - started) }
    this.lines.push(line)
    await this.#narrate(line)
  }
}

function failed(error: unknown): Finding {
  const { code = 'unknown', message, hint } = error as { code?: string; message: string; hint?: string }
  return { ok: false, text: `This did not work: ${message}`, proof: { code, ...(hint ? { hint } : {}) } }
}
