// Gives every gateway that is named by its data folder, and has no database yet, an empty one.
import { fileURLToPath } from 'node:url'
import { layEmptyDatabase } from '@hre/gateway'

/** Of this checkout: what is made once and can be made again. */
const cache = fileURLToPath(new URL('../../../.cache', import.meta.url))

for (const dataDir of process.argv.slice(2)) await layEmptyDatabase(dataDir, cache)
