import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeFunctionData, type Abi, type Hex } from 'viem'
import {
  attestCall,
  clearTrusteesCall,
  closeEmergencyCall,
  contestEmergencyCall,
  declareEmergencyCall,
  markReleaseCall,
  reviewEmergencyCall,
  setTrusteesCall,
} from './calls.ts'
import { emergencyAbi, notaryAbi } from './generated/abis.ts'
import type { Call } from './operation.ts'

/** Of digits alone, which no checksum capitalises. */
const address = (digit: string): Hex => `0x${digit.repeat(40)}`
const hash = (digit: string): Hex => `0x${digit.repeat(64)}`
const deployment = {
  chainId: 1,
  intake: address('1'),
  consortium: address('8'),
  directory: address('2'),
  consent: address('3'),
  records: address('4'),
  access: address('5'),
  emergency: address('6'),
  notary: address('7'),
  verifiers: { p256: address('9'), webauthn: address('a'), rsa: address('b') },
  block: 0,
}
const labs = hash('a')
const measuredGas = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../contracts/snapshots/operations.json'), 'utf8'),
) as Record<string, string>

interface Case {
  call: Call
  abi: Abi
  target: Hex
  functionName: string
  args: unknown[]
  /** Row of the snapshots: the dearest way that this call can go. */
  dearest: string
}

const emergency = (functionName: string, call: Call, args: unknown[], dearest = functionName): Case => ({
  call,
  abi: emergencyAbi,
  target: deployment.emergency,
  functionName,
  args,
  dearest,
})
const patient = address('8')
const trustees = [address('8'), address('9')]

const cases: Case[] = [
  emergency(
    'setTrustees',
    setTrusteesCall(deployment, {
      compartment: labs,
      epoch: 3,
      trustees,
      threshold: 2,
      sharesHash: hash('d'),
    }),
    [labs, 3, trustees, 2, hash('d')],
    'setTrustees of 9',
  ),
  emergency('clearTrustees', clearTrusteesCall(deployment, labs), [labs], 'clearTrustees of 9'),
  emergency(
    'declare',
    declareEmergencyCall(deployment, {
      patient,
      reason: 'unable to consent',
      reasonHash: hash('f'),
      durationSeconds: 600,
    }),
    [patient, 3, hash('f'), 600],
  ),
  emergency(
    'declare',
    declareEmergencyCall(deployment, { patient, reason: 'disaster', reasonHash: hash('f') }),
    [patient, 5, hash('f'), 0],
  ),
  emergency('close', closeEmergencyCall(deployment, 7n), [7n]),
  emergency(
    'markRelease',
    markReleaseCall(deployment, 7n, labs, hash('f')),
    [7n, labs, hash('f')],
    'markRelease by the last of 9',
  ),
  emergency('review', reviewEmergencyCall(deployment, 7n, 'unjustified', hash('f')), [7n, 2, hash('f')]),
  emergency('contest', contestEmergencyCall(deployment, 7n, hash('f')), [7n, hash('f')]),
  {
    call: attestCall(deployment, {
      kind: 'access log',
      subject: labs,
      result: 'inconsistent',
      report: hash('f'),
    }),
    abi: notaryAbi,
    target: deployment.notary,
    functionName: 'attest',
    args: [2, labs, 4, hash('f')],
    dearest: 'attest first',
  },
]

for (const { call, abi, target, functionName, args, dearest } of cases)
  test(`[B, N] ${functionName}(${args.length}) says what was asked, with a quarter more gas than was measured`, () => {
    assert.equal(call.target, target)
    assert.deepEqual(decodeFunctionData({ abi, data: call.data }), { functionName, args })
    assert.ok(call.gasLimit >= 1.25 * Number(measuredGas[dearest]), `${dearest}: ${measuredGas[dearest]}`)
  })
