import { fileURLToPath } from 'node:url'

/** Where the built app is, for the gateway that serves it; made by `packages/app/scripts/build.ts`. */
export const appFolder = fileURLToPath(new URL('../dist', import.meta.url))
