import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Gzipped kB (of 1,000 bytes) that the vault may add to a page. */
export const bundleKBMax = 90

/**
 * The vault as a page loads it: one module with everything that the package exports, and all that it needs. The word list,
 * Argon2's WebAssembly and the JavaScript for platforms without ML-KEM are in it; nothing is fetched later.
 *
 * @returns the module, minified, and its size as a server sends it.
 */
export async function buildForBrowser(): Promise<{ code: Uint8Array; bundleKB: number }> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    legalComments: 'none',
    write: false,
  })
  const code = outputFiles[0]!.contents
  return { code, bundleKB: gzipSync(code, { level: 9 }).length / 1000 }
}
