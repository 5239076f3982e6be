import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeHex, utf8 } from './hex.ts'
import { shareSetHashOf, type Hex, type ShareSet } from './index.ts'
import { labels } from './labels.ts'

const patient = `0x${'Aa'.repeat(20)}` as const
const reader = `0x${'bB'.repeat(20)}` as const
const consent = `0x${'cc'.repeat(20)}` as const
const compartment = `0x${'Dd'.repeat(32)}` as const

describe('frozen labels', () => {
  it('[K7] [K8] [S3] [S4] [S7] [S11] [S12] labels of shares and cards are spelled as they always were', () => {
    const [a, b, c, d] = [patient, reader, consent, compartment].map((hex) => hex.toLowerCase())
    const guardians = labels.guardians({ chainId: 31337, directory: consent, account: patient, term: 3 })
    assert.equal(guardians, `HRE guardians v1|31337|${c}|${a}|3`)
    const context = { chainId: 31337, emergency: consent, patient, compartment, epoch: 12 }
    const shares = labels.emergencyShares(context)
    assert.equal(shares, `HRE emergency shares v1|31337|${c}|${a}|${d}|12`)
    const hash = d as Hex
    const holders = [a, b].map((account) => ({ account: account as Hex, shareHash: hash }))
    const set: ShareSet = { suite: 1, threshold: 2, holders, secretHash: hash }
    assert.equal(labels.sealedShare('P', set, 2, hash), `P|sealed|2|2|2|${b}|${d}`)
    assert.equal(labels.recoveryShare('P', set, 1, hash, '0x11'), `P|recovery|1|2|2|${d}|0x11`)
    const release = { declaration: 9n, clinician: reader }
    assert.equal(labels.emergencyRelease('P', set, 1, hash, release), `P|release|1|2|2|${d}|9|${b}`)
    assert.equal(shareSetHashOf(set, 'P'), encodeHex(sha256(utf8(`P|set|2|2|${a}|${d}|${b}|${d}|${d}`))))
    assert.equal(labels.unlockGuardians(hash), `HRE unlock guardians v1|${d}`)
    const place = { chainId: 31337, directory: consent, account: patient, nonce: compartment }
    assert.equal(labels.recoveryRequest(place, '0x11'), `HRE recovery request v1|31337|${c}|${a}|${d}|0x11`)
    assert.equal(labels.emergencyLookup(), 'HRE emergency lookup v1')
    assert.equal(labels.emergencyEntry(), 'HRE emergency entry v1')
    assert.equal(labels.emergencyCard('city.example'), 'HRE emergency card v1|city.example|')
    assert.equal(labels.patientNumber(), 'HRE patient number v1')
  })
})
