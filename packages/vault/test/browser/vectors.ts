// The same files that Node runs, in a page.
import '../../src/breakGlass.vectors.test.ts'
import '../../src/envelope.vectors.test.ts'
import '../../src/guardians.vectors.test.ts'
import '../../src/succession.vectors.test.ts'
import '../../src/unlock.vectors.test.ts'
import { choosePrimitives } from '../../src/index.ts'
import { runCollected } from './nodeTest.ts'

Object.assign(globalThis, {
  runVectors: async () => {
    const implementations = (['web', 'javascript'] as const).filter((name) => choosePrimitives(name))
    choosePrimitives()
    return { implementations, ...(await runCollected()) }
  },
})
