/**
 * Builds the app into `dist/` when a source changed since the last build.
 *
 *   node packages/app/scripts/build.ts           build if needed
 *   node packages/app/scripts/build.ts --force   build anyway
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const packageDir = join(import.meta.dirname, '..')
const packagesDir = join(packageDir, '..')
const stamp = join(packageDir, 'dist', '.inputs')

/** Everything that goes into the bundle; what is installed counts by the lockfile. */
function hashInputs(): string {
  const sources = globSync(
    [
      'app/{src,public}/**/*',
      'app/{index.html,vite.config.ts}',
      '{protocol,vault,client,sdk,fhir}/src/**/*.ts',
    ],
    { cwd: packagesDir, withFileTypes: true },
  )
    .filter((entry) => entry.isFile() && !/\.(test|fuzz|fixture)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256')
  for (const file of [...sources, join(packagesDir, '..', 'package-lock.json')])
    hash.update(file.slice(packagesDir.length)).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

const inputs = hashInputs()
const isFresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs
if (isFresh && !process.argv.includes('--force')) process.exit(0)
const started = Date.now()
await build({ configFile: join(packageDir, 'vite.config.ts'), logLevel: 'error' })
writeFileSync(stamp, inputs)
console.log(`app: built in ${((Date.now() - started) / 1000).toFixed(1)} s`)
