import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Who may import whom. Dependencies point one way: what is lower in this list may use what is named, and never the
 * other way round.
 */
const allowed: Record<string, readonly string[]> = {
  chain: [],
  web: [],
  protocol: [],
  contracts: ['protocol'],
  vault: ['protocol'],
  fhir: ['protocol'],
  testkit: ['fhir'],
  client: ['protocol', 'vault'],
  gateway: ['protocol', 'vault', 'client', 'web', 'app'],
  sdk: ['protocol', 'vault', 'client', 'fhir'],
  app: ['protocol', 'vault', 'client', 'sdk', 'fhir'],
  exchange: ['protocol', 'vault', 'client', 'fhir', 'testkit', 'sdk', 'chain', 'contracts', 'gateway'],
  cli: ['protocol', 'vault', 'client', 'fhir', 'sdk', 'exchange', 'testkit'],
}

const importPattern = /(?:\b(import type )[^'\n]*from\s+|\bfrom\s+|\bimport\s+|\bimport\()'([^']+)'/g
const isTest = (file: string) => /\.(test|fixture|fuzz)\.tsx?$/.test(file) || file.split(sep).includes('test')

interface Import {
  file: string
  from: string
  specifier: string
  /** Of types alone: gone when it runs. */
  ofTypes: boolean
}

function importsOf(pattern: string): Import[] {
  return globSync(pattern, { cwd: root, exclude: (name) => name === 'node_modules' }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(importPattern)].map(([, types, specifier]) => ({
      file,
      from: file.split(sep)[1]!,
      specifier: specifier!,
      ofTypes: types !== undefined,
    })),
  )
}

const sources = importsOf('packages/*/src/**/*.{ts,tsx}').filter(({ file }) => !isTest(file))

test('every package has its place among the layers', () => {
  const packages = globSync('packages/*/package.json', { cwd: root }).map((file) => file.split(sep)[1])
  assert.deepEqual(packages.sort(), Object.keys(allowed).sort())
})

test('dependencies between packages point one way', () => {
  const wrong = sources.filter(({ from, specifier }) => {
    const target = /^@hre\/(\w+)/.exec(specifier)?.[1]
    return target !== undefined && !allowed[from]!.includes(target)
  })
  assert.deepEqual(wrong, [])
})

test('no file reaches into another package by a path', () => {
  const wrong = sources.filter(({ file, from, specifier }) => {
    if (!specifier.startsWith('.')) return false
    const target = relative(root, resolve(root, dirname(file), specifier))
    return !target.startsWith(join('packages', from) + sep)
  })
  assert.deepEqual(wrong, [])
})

test('every package that is imported is declared', () => {
  const wrong = sources.filter(({ from, specifier }) => {
    // A module that the build makes has no package.
    if (/^(\.|node:|virtual:)/.test(specifier)) return false
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')
    const manifest = JSON.parse(readFileSync(join(root, 'packages', from, 'package.json'), 'utf8')) as {
      name: string
      dependencies?: Record<string, string>
    }
    return name !== manifest.name && !(name in (manifest.dependencies ?? {}))
  })
  assert.deepEqual(
    wrong.map(({ file, specifier }) => `${file}: ${specifier}`),
    [],
  )
})

test('what runs in a browser uses nothing of Node', () => {
  const portable = new Set(['protocol', 'vault', 'client', 'sdk'])
  const wrong = sources.filter(
    ({ file, from, specifier, ofTypes }) =>
      (portable.has(from) || (from === 'app' && !file.endsWith(join('src', 'index.ts')))) &&
      specifier.startsWith('node:') &&
      !ofTypes,
  )
  assert.deepEqual(wrong, [])
})

test('nothing asks which engine it talks to', () => {
  const wrong = globSync('packages/{protocol,vault,client,sdk,gateway,fhir}/src/**/*.ts', { cwd: root })
    .filter((file) => !isTest(file))
    .filter((file) => /\b(anvil_|evm_mine|hardhat_)/.test(readFileSync(join(root, file), 'utf8')))
  assert.deepEqual(wrong, [])
})

test('no folder is a junk drawer', () => {
  const wrong = globSync('packages/*/src/**/{utils,util,helpers,common,misc,shared}{,.ts}', { cwd: root })
  assert.deepEqual(wrong, [])
})
