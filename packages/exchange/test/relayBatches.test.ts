import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { tables } from '@hre/gateway'
import {
  hashMessage,
  limits,
  openCompartmentCall,
  operationTypedData,
  setInboxCall,
  type Call,
} from '@hre/protocol'
import { waitForAll, type Actor } from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { bytesToHex, size } from 'viem'
import { send, signed, startWorld, type World } from './world.ts'

/** Everything that a decoder passes over, in the dearest bytes: as much of it as an operation may have. */
const padded = (call: Call): Call => ({
  ...call,
  data: `${call.data}${'ff'.repeat(limits.operationDataBytesMax - size(call.data))}`,
})

const opening = (world: World, patient: Actor) =>
  openCompartmentCall(world.deployment, randomBytes32(), 3, bytesToHex(patient.keyring.recipient))

/** Hands calls in together. @returns the transactions that carried them. */
async function carried(world: World, patient: Actor, calls: readonly Call[]): Promise<string[]> {
  const operations = []
  for (const call of calls) operations.push(await signed(patient, call))
  const { ids } = await send(world.city, operations)
  return (await waitForAll(patient, ids)).map(({ transaction }) => transaction)
}

describe('what one transaction carries', { timeout: 240_000 }, () => {
  let world: World
  let patient: Actor

  before(async () => {
    world = await startWorld({ anonymousPerMinute: 100_000 })
    patient = await world.newPatient()
  })
  after(() => world.stop())

  test('attack: operations are padded until together they are more than a node takes. They go in several transactions', async () => {
    const calls = Array.from({ length: 20 }, () => padded(opening(world, patient)))
    const transactions = await carried(world, patient, calls)
    assert.ok(new Set(transactions).size > 1)
    for (const hash of new Set(transactions)) {
      const { input } = await world.rpc.getTransaction({ hash: hash as `0x${string}` })
      assert.ok(size(input) < 128 * 1024, `${size(input)} bytes`)
    }
  })

  test('one operation to a transaction where the organisation wants it so', async () => {
    const hospital = await world.newHospital('alone', { settings: { relayBatchOperationsMax: 1 } })
    const operations = []
    for (let index = 0; index < 3; index++) operations.push(await signed(patient, opening(world, patient)))
    const { ids } = await send(hospital, operations)
    const applied = await waitForAll(hospital.actor, ids)
    assert.equal(new Set(applied.map(({ transaction }) => transaction)).size, 3)
  })

  test('[G4] whoever waits is answered with the outcome, and one answer is enough', async () => {
    const { ids } = await send(world.city, [await signed(patient, opening(world, patient))])
    const asked = { params: { id: ids[0]! }, query: { waitSeconds: limits.operationWaitSecondsMax } }
    const { state } = await world.city.actor.session.client.call('getOperation', asked)
    assert.equal(state, 'applied')
  })

  test('attack: an operation asks for little gas and brings bytes that cost more. The line behind it goes on', async () => {
    const cheap = { ...padded(setInboxCall(world.deployment, undefined)), gasLimit: 60_000 }
    await carried(world, patient, [cheap])
    await carried(world, patient, [opening(world, patient)])
  })

  test('[G4] a gateway that ends does not wait for them', async () => {
    const { gateway, actor } = world.lakeside
    const operation = await signed(patient, opening(world, patient))
    const id = hashMessage(operationTypedData(world.deployment, operation.operation))
    const { account, nonce } = operation.operation
    // As one that another replica carries.
    const row = { id, account, sender: account, at: 0, nonce, signed: operation, state: 'submitted' as const }
    await gateway.gateway.db.insert(tables.operations).values(row)
    const asked = { params: { id }, query: { waitSeconds: limits.operationWaitSecondsMax } }
    const began = performance.now()
    const answer = actor.session.client.call('getOperation', asked)
    while (!gateway.gateway.relay.isAwaited) await sleep(1)
    const stopping = gateway.stop()
    assert.equal((await answer).state, 'submitted')
    await stopping
    assert.ok(performance.now() - began < (limits.operationWaitSecondsMax * 1000) / 2)
  })
})
