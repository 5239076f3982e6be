import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ana, assertRefused, imaging, labs, mallory } from '../test/people.ts'
import { dealTrustees, declaration, now, seenOf } from '../test/trustees.ts'
import {
  assertReleasable,
  compartmentsToRotate,
  type EmergencyReleaseReason,
  type EmergencySeen,
  type EmergencyShare,
  type Hex32,
} from './index.ts'

let share: EmergencyShare
let sharesHash: Hex32
before(async () => {
  const dealt = await dealTrustees()
  share = dealt.shares[0]!
  sharesHash = dealt.sharesHash
})
type Change = { [Part in keyof EmergencySeen]?: Partial<EmergencySeen[Part]> }
const ask = ({ finalBlock, ...change }: Change, given: object = {}) => {
  const seen = seenOf(sharesHash)
  assertReleasable({
    share,
    declaration,
    now,
    seen: {
      finalBlock: (finalBlock ?? seen.finalBlock) as number,
      declaration: { ...seen.declaration, ...change.declaration },
      clinician: { ...seen.clinician, ...change.clinician },
      compartment: { ...seen.compartment, ...change.compartment },
    },
    ...given,
  })
}

describe('a trustee decides', () => {
  it('[S8] a final, unexpired declaration by a licensed member about a marked compartment', () => {
    ask({})
    ask({ declaration: { block: 100 } })
    ask({ declaration: { until: now + 1 } })
    // The licence ended after the declaration: too late to stop it.
    ask({ clinician: { licensedUntil: now - 59 } })
    ask({ declaration: { patient: ana.account.toUpperCase().replace('0X', '0x') as Hex32 } })
  })

  const refusals: [string, Change, EmergencyReleaseReason][] = [
    ['the declaration is in no final block yet', { declaration: { block: 101 } }, 'not-final'],
    ['its block is not known', { declaration: { block: NaN } }, 'not-final'],
    ['it ended this very second', { declaration: { until: now } }, 'expired'],
    ['its end is not known', { declaration: { until: undefined as never } }, 'expired'],
    ['it was closed', { declaration: { isClosed: true } }, 'closed'],
    ['nobody knows whether it was closed', { declaration: { isClosed: undefined as never } }, 'closed'],
    ['another declaration was read', { declaration: { id: 8n } }, 'other-declaration'],
    ['it is about another patient', { declaration: { patient: mallory.account } }, 'other-patient'],
    ['whoever declared it is a stranger', { clinician: { isMember: false } }, 'not-member'],
    [
      'the licence ended the second that it was declared',
      { clinician: { licensedUntil: now - 60 } },
      'not-licensed',
    ],
    ['nobody knows when it was declared', { declaration: { declaredAt: NaN } }, 'not-licensed'],
    ['nobody said that there is a licence', { clinician: { licensedUntil: 0 } }, 'not-licensed'],
    ['the patient took the mark back', { compartment: { isMarked: false } }, 'not-marked'],
    ['the compartment has another epoch by now', { compartment: { epoch: 2 } }, 'other-epoch'],
    ['the chain has another set', { compartment: { sharesHash: `0x${'00'.repeat(32)}` } }, 'other-shares'],
  ]
  for (const [what, change, reason] of refusals) {
    it(`[S8] refuses: ${what}`, () =>
      assertRefused(() => ask(change), 'emergency-release-refused', { reason }))
  }

  it('[S8] numbers that came as text refuse', async () => {
    const late = { declaration: { until: `${now + 9}` as never } }
    await assertRefused(() => ask(late), 'emergency-release-refused', { reason: 'expired' })
    const seen = { ...seenOf(sharesHash), clinician: undefined as never }
    await assertRefused(() => ask({}, { seen }), 'argument-invalid')
  })

  it('[S8] a clock that is none refuses', () =>
    assertRefused(() => ask({}, { now: NaN }), 'emergency-release-refused', { reason: 'expired' }))
})

describe('after an emergency', () => {
  it('[S10] what was released since its epoch began must rotate, once, and nothing else', () => {
    const compartments = [
      { compartment: labs, sinceBlock: 10 },
      { compartment: imaging, sinceBlock: 20 },
    ]
    const of = (...releases: [Hex32, number][]) =>
      compartmentsToRotate(
        compartments,
        releases.map(([compartment, block]) => ({ compartment, block })),
      )
    assert.deepEqual(of(), [])
    assert.deepEqual(of([labs, 9], [imaging, 19]), [])
    assert.deepEqual(of([labs, 10]), [labs])
    assert.deepEqual(of([labs, 30], [labs, 5], [labs, 31]), [labs])
    assert.deepEqual(of([imaging, 20], [labs, 11]), [labs, imaging])
    assert.deepEqual(of([`0x${'ab'.repeat(32)}`, 50]), [])
  })
})
