import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { describe, it } from 'node:test'

const folder = new URL('./', import.meta.url)
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
const nodeOnly = ['primitivesNode.ts', 'xwingNode.ts']
const codeOf = (name: string) =>
  readFileSync(new URL(name, folder), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')

describe('portability', () => {
  it('the package uses nothing that a browser lacks: no node: modules, no Buffer, no process', () => {
    assert.ok(sources.length > 5)
    for (const name of sources.filter((each) => !nodeOnly.includes(each))) {
      const found = codeOf(name).match(/['"]node:|\bBuffer\b|\bprocess\b|\brequire\(|\bglobal\b|__dirname/)
      assert.equal(found, null, `${name}: ${found?.[0]}`)
    }
  })

  it(`only ${nodeOnly.join(' and ')} know Node: by a type that leaves nothing behind, and one guarded question`, () => {
    const codes = nodeOnly.map((name) =>
      stripTypeScriptTypes(readFileSync(new URL(name, folder), 'utf8'))
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/^\s*\/\/.*$/gm, ''),
    )
    for (const javascript of codes) {
      assert.doesNotMatch(
        javascript,
        /^import\s.*node:|\bimport\(|\brequire\(|\bBuffer\b|\bglobal\b|__dirname/m,
      )
    }
    const [chooses, xwing] = codes
    assert.equal(chooses!.match(/node:/g)?.length, 1)
    assert.match(chooses!, /getBuiltinModule\?\.\('node:crypto'\)/)
    assert.doesNotMatch(xwing!, /node:|\bprocess\b/)
  })

  it('the package touches no network or storage, and no weak randomness', () => {
    for (const name of sources) {
      const found = codeOf(name).match(
        /\bfetch\(|WebSocket|XMLHttpRequest|localStorage|indexedDB|Math\.random/,
      )
      assert.equal(found, null, `${name}: ${found?.[0]}`)
    }
  })

  it('imports only what package.json names', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    for (const name of sources) {
      for (const [, from] of codeOf(name).matchAll(/from '([^.'][^']*)'/g)) {
        if (nodeOnly.includes(name) && from === 'node:crypto') continue
        const packageName = from!
          .split('/')
          .slice(0, from!.startsWith('@') ? 2 : 1)
          .join('/')
        assert.ok(packageName in dependencies, `${name} imports ${packageName}`)
      }
    }
  })
})
