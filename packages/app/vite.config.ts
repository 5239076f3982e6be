import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { theme } from './src/app/theme.ts'

/** Of ours, the packages whose modules do nothing when they are loaded: what is not used is left out. */
const pureSources = /packages\/(protocol|vault|client|sdk|fhir)\/src\//

/** The theme as a style sheet: Mantine would write it into the page, which the gateway's policy forbids. */
function themeSheet(): Plugin {
  const id = 'virtual:theme.css'
  return {
    name: 'theme-sheet',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(source) {
      if (source !== `\0${id}`) return
      const merged = mergeMantineTheme(DEFAULT_THEME, theme)
      return convertCssVariables(defaultCssVariablesResolver(merged), ':root')
    },
  }
}

/** Hashes of the entry's own files in the page that names them (SRI): another file in their place does not run. */
function integrity(): Plugin {
  let folder = ''
  return {
    name: 'integrity',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir)
    },
    async writeBundle() {
      const page = join(folder, 'index.html')
      const html = await readFile(page, 'utf8')
      const hashes = new Map<string, string>()
      for (const [, name] of html.matchAll(/(?:src|href)="\/app\/(assets\/[^"]+)"/g))
        hashes.set(
          name!,
          createHash('sha384')
            .update(await readFile(join(folder, name!)))
            .digest('base64'),
        )
      const marked = html.replace(
        /(src|href)="\/app\/(assets\/[^"]+)"/g,
        (whole, _kind: string, name: string) => `${whole} integrity="sha384-${hashes.get(name)}"`,
      )
      await writeFile(page, marked)
    },
  }
}

/**
 * The app checks what gateways say and describes nothing as JSON schema: what zod brings for that is left out, a twentieth of what the
 * keeper is made of. It is called by methods of every schema, so no tree shaking finds it.
 */
function withoutJsonSchema(): Plugin {
  return {
    name: 'without-json-schema',
    async load(id) {
      if (!/zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/.test(id)) return
      const exported = (await readFile(id, 'utf8')).matchAll(/^export (?:const|function) (\w+)/gm)
      const stubs = [...exported].map(([, name]) => `export const ${name} = () => none`)
      return [`const none = () => { throw new Error('no JSON schemas in the app') }`, ...stubs].join('\n')
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/app/',
  plugins: [react(), themeSheet(), integrity(), withoutJsonSchema()],
  // What this stands in for in older Reacts, React has.
  resolve: { alias: { 'use-sync-external-store/shim/index.js': 'react' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      treeshake: { moduleSideEffects: (id: string) => !pureSources.test(id) },
      // What a patient's home needs is one file, named and hashed by the page: sixty small ones compress worse and run without SRI.
      output: {
        codeSplitting: {
          groups: [{ name: 'index', test: /app\/src\/(main|features\/(home\/Home|unlock\/Unlock))\.tsx$/ }],
        },
      },
    },
  },
  worker: {
    format: 'es',
    plugins: () => [withoutJsonSchema()],
    rolldownOptions: {
      treeshake: { moduleSideEffects: (id: string) => !pureSources.test(id) },
      // The gateway lets this one file compile WebAssembly, and knows it by name.
      output: {
        entryFileNames: 'assets/keeper-[hash].js',
        chunkFileNames: 'assets/keeper-[name]-[hash].js',
        // What the contracts look like, and their calls, are needed by whoever signs and not by whoever looks.
        codeSplitting: {
          groups: [
            {
              name: 'contracts',
              test: /packages\/protocol\/src\/(generated\/abis|calls|contract-errors)\.ts$/,
              includeDependenciesRecursively: false,
              priority: 1,
            },
            { name: 'home', test: /app\/src\/keeper\/(worker|watching)\.ts$/ },
          ],
        },
      },
    },
  },
})
