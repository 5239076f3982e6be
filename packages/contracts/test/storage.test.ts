import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { readSources } from '../scripts/compiler.ts'
import { assertKeeps, readAccepted, readLayouts } from '../scripts/storage.ts'

const consent = 'src/Consent.sol'
const first = 'mapping(address patient => mapping(CompartmentId => Compartment)) private _compartments;'
const last = '/// @custom:oz-upgrades-unsafe-allow constructor'

/** The layout of the Consent after a change of its source. */
function layoutWith(change: (source: string) => string) {
  const sources = readSources()
  const changed = change(sources[consent]!.content)
  assert.notEqual(changed, sources[consent]!.content)
  return readLayouts({ ...sources, [consent]: { content: changed } }).get('Consent')!
}

describe('[M8] storage of replaceable contracts', () => {
  let accepted: ReturnType<typeof readAccepted>
  before(() => {
    accepted = readAccepted('Consent')
  })

  test('new state behind the old is taken', () => {
    assertKeeps(
      accepted,
      layoutWith((source) => source.replace(last, `uint256 private _added;\n    ${last}`)),
    )
  })

  test('storage collision on upgrade: state in front of the old is refused', () => {
    const moved = layoutWith((source) => source.replace(first, `uint256 private _added;\n    ${first}`))
    assert.throws(() => assertKeeps(accepted, moved), /Inserted `_added`/)
  })

  test('storage collision on upgrade: fields that change places are refused', () => {
    const swapped = layoutWith((source) =>
      source.replace(/uint48 from;(\s+)uint48 until;/, 'uint48 until;$1uint48 from;'),
    )
    assert.throws(() => assertKeeps(accepted, swapped), /incompatible/i)
  })

  test('a constructor that writes state is refused: behind a proxy nobody would see it', () => {
    const change = (source: string) =>
      source
        .replace(last, 'uint256 private _started;')
        .replace(
          'DirectoryClient(intake_, directory_) {}',
          'DirectoryClient(intake_, directory_) { _started = 1; }',
        )
    assert.throws(() => layoutWith(change), /not safe behind a proxy: constructor/)
  })
})
