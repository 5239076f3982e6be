/** The two commands forge needs of a native solc, answered by the npm package: --version and --standard-json. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

interface Solc {
  version(): string
  compile(input: string, callbacks: { import: typeof readImport }): string
}

const solc = createRequire(import.meta.url)('solc') as Solc

/** forge sends the sources along, but names some of them by another path than the one they are imported by. */
function readImport(path: string): { contents: string } | { error: string } {
  try {
    return { contents: readFileSync(path, 'utf8') }
  } catch {
    return { error: `${path} does not exist` }
  }
}

if (process.argv.includes('--version')) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`)
} else {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8'), { import: readImport }))
}
