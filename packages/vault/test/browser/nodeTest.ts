// Stands in for node:test in a page, so that one test file serves both: `it` collects, `runCollected` runs.

type Work = () => unknown

const collected: { title: string; work: Work }[] = []
let suite = ''

export function describe(title: string, work: Work): void {
  const outer = suite
  suite = `${outer}${title} › `
  work()
  suite = outer
}

export function it(title: string, work: Work): void {
  collected.push({ title: suite + title, work })
}

export interface Outcome {
  passed: string[]
  failed: { title: string; error: string }[]
}

/** One after the other: tests choose the implementation that all of the page uses. */
export async function runCollected(): Promise<Outcome> {
  const outcome: Outcome = { passed: [], failed: [] }
  for (const { title, work } of collected) {
    try {
      await work()
      outcome.passed.push(title)
    } catch (error) {
      outcome.failed.push({ title, error: error instanceof Error ? String(error.stack) : String(error) })
    }
  }
  return outcome
}
