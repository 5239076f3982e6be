import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  accessRequestTypedData,
  hashAccessRequest,
  hashMessage,
  hashOperation,
  operationTypedData,
  type Deployment,
} from '@hre/protocol'
import fc from 'fast-check'
import type { Address, Hex } from 'viem'
import { digestOf } from './digests.ts'

const hexOf = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((value): Hex => `0x${Buffer.from(value).toString('hex')}`)
const address = hexOf(20) as fc.Arbitrary<Address>
const deployments = fc
  .record({ chainId: fc.nat(), access: address, intake: address })
  .map((parts) => parts as unknown as Deployment)

const requests = fc.record({
  reader: address,
  patient: address,
  organisation: address,
  records: fc.array(hexOf(32), { maxLength: 20 }),
  purpose: fc.integer({ min: 0, max: 15 }),
  nonce: hexOf(32),
  issuedAt: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
})

const operations = fc.record({
  account: address,
  target: address,
  data: fc.uint8Array({ maxLength: 2_000 }).map((value): Hex => `0x${Buffer.from(value).toString('hex')}`),
  nonce: hexOf(32),
  deadline: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  gasLimit: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
})

describe('digests of messages', () => {
  test('of any access request it is the one that viem gives', () => {
    fc.assert(
      fc.property(deployments, requests, (deployment, request) => {
        const expected = hashAccessRequest(deployment, request)
        assert.equal(digestOf(accessRequestTypedData(deployment, request)), expected)
      }),
    )
  })

  test('of any operation it is the one that viem gives', () => {
    fc.assert(
      fc.property(deployments, operations, (deployment, operation) => {
        const expected = hashOperation(deployment, operation)
        assert.equal(digestOf(operationTypedData(deployment, operation)), expected)
      }),
    )
  })

  const domain = {
    name: 'HRE Access',
    version: '1',
    chainId: 1,
    verifyingContract: `0x${'11'.repeat(20)}`,
  } as const
  const messageOf = (type: string, value: unknown) => ({
    domain,
    types: { Word: [{ name: 'value', type }] },
    primaryType: 'Word',
    message: { value },
  })

  test('texts too', () => {
    for (const text of ['', 'a', 'ü 🩺'])
      assert.equal(digestOf(messageOf('string', text)), hashMessage(messageOf('string', text)))
  })

  test('attack: a value that is too long, too short or out of range moves nothing into the place of another: it is refused', () => {
    const long = `0x${'11'.repeat(33)}`
    for (const [type, value] of [
      ['bytes32', long],
      ['bytes32', '0x11'],
      ['bytes32[]', [long, `0x${'11'.repeat(31)}`]],
      ['address', `0x${'11'.repeat(21)}`],
      ['uint8', 256],
      ['uint48', -1],
      ['uint48', 2 ** 48],
      ['Other', {}],
    ] as const)
      assert.throws(() => digestOf(messageOf(type, value)), TypeError, type)
  })
})
