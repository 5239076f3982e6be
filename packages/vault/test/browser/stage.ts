import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { build } from 'esbuild'
import { chromium, type Browser, type Page } from 'playwright-core'
import { buildForBrowser } from '../../scripts/browserBuild.ts'

export interface Stage {
  browser: Browser
  /** An empty page, in a context of its own, that may import `/vault.js` and the vectors' tests. */
  openPage(options?: { before?: string }): Promise<Page>
  stop(): Promise<void>
}

/** No eval, nothing from elsewhere; WebAssembly is for Argon2. What an app that holds keys should be able to afford. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'"

/** A browser, and a server with the vault as it is built for browsers. */
export async function startStage(): Promise<Stage> {
  const files = new Map<string, Uint8Array>([
    ['/vault.js', (await buildForBrowser()).code],
    // At the place of the test files, from where they find vectors/.
    ['/packages/vault/src/vectors.js', await buildVectors()],
  ])
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '/'
      const name = /^\/vectors(\/[a-z-]+){2}\.json$/.test(path) ? `../../../..${path}` : undefined
      const body = name ? await readFile(new URL(name, import.meta.url)) : files.get(path)
      response.setHeader('content-security-policy', contentSecurityPolicy)
      response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html')
      response.end(body ?? '<!doctype html><title>vault</title>')
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({
    executablePath: await sparticuz.executablePath(),
    // Chromium 153 still keeps ML-KEM behind this flag; without it the JavaScript runs.
    args: ['--no-sandbox', '--enable-features=WebCryptoPQC'],
    headless: true,
  })
  return {
    browser,
    async openPage({ before } = {}) {
      const page = await (await browser.newContext()).newPage()
      if (before) await page.addInitScript(before)
      // By name: WebAuthn takes no address for a relying party.
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
      return page
    },
    async stop() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function buildVectors(): Promise<Uint8Array> {
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const { outputFiles } = await build({
    entryPoints: [here('vectors.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    alias: {
      'node:test': here('nodeTest.ts'),
      'node:assert/strict': here('nodeAssert.ts'),
      'node:fs': here('nodeFs.ts'),
    },
    write: false,
  })
  return outputFiles[0]!.contents
}
