import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { findEngineBinary } from '@hre/chain'
import { startGateway, tables } from '@hre/gateway'
import { intakeAbi, isHreError, openCompartmentCall, type SignedOperation } from '@hre/protocol'
import { compartmentIds, grantAccess, requestAccess, waitForAll, type Actor, type Applied } from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { eq } from 'drizzle-orm'
import {
  bytesToHex,
  createTestClient,
  http,
  parseEventLogs,
  parseGwei,
  parseTransaction,
  type Hex,
  type TestClient,
} from 'viem'
import {
  chainId,
  fileSome,
  inSeconds,
  refusal,
  send,
  signed,
  startWorld,
  type AnyChain,
  type World,
} from './world.ts'

const feeWei = parseGwei('1')

/** An engine as public chains have them: blocks can be taken back, gas can cost something, a transaction can lie unmined. */
describe('a chain that reorganises and asks for gas', () => {
  let world: World
  let chain: TestClient
  let patient: Actor
  before(async () => {
    world = await startWorld({ newChain: startAnvil })
    chain = createTestClient({ mode: 'anvil', transport: http(world.chain.url) })
    patient = await world.newPatient()
  })
  after(() => world?.stop())

  const city = () => world.city.gateway.gateway
  const opening = () =>
    signed(
      patient,
      openCompartmentCall(world.deployment, randomBytes32(), 3, bytesToHex(patient.keyring.recipient)),
    )
  const rowOf = async (id: Hex) =>
    (await city().db.select().from(tables.operations).where(eq(tables.operations.id, id)))[0]!
  /** How often it is on the chain as it is now. */
  async function timesOnChain({ operation }: SignedOperation): Promise<number> {
    const logs = await world.rpc.getLogs({ address: world.deployment.intake, fromBlock: 0n })
    return parseEventLogs({ abi: intakeAbi, logs, eventName: 'OperationApplied' }).filter(
      ({ args }) =>
        args.account.toLowerCase() === operation.account && args.nonce === BigInt(operation.nonce),
    ).length
  }

  test('blocks are taken back with what they held: every operation is carried again and is on chain once', async () => {
    const doctor = await world.newMember(world.lakeside, 'doctor')
    const technician = await world.newMember(world.city, 'lab technician')
    const { batch, leaves } = await fileSome(technician, patient)
    const operations = [await opening(), await opening()]
    const { ids } = await send(world.city, operations)
    const [before] = await waitForAll(patient, ids)
    const { labs } = compartmentIds(patient)
    await grantAccess(patient, {
      reader: doctor.account,
      compartments: [labs],
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    const wish = { patient: patient.account, purpose: 'TREAT', records: [leaves[0]!.record] } as const
    await requestAccess(doctor, wish)

    // What is carried again waits until the test says so.
    await chain.setAutomine(false)
    const head = Number(await world.rpc.getBlockNumber())
    // From the opened compartments on, all is gone.
    await chain.request({ method: 'anvil_reorg', params: [head - before!.block + 1, []] } as never)
    assert.equal(await timesOnChain(operations[0]!), 0)
    // Nothing is decided by blocks that are not there any more.
    await assert.rejects(requestAccess(doctor, wish), refusal('not-found'))
    await chain.setAutomine(true)
    await chain.mine({ blocks: 1 })

    for (const id of ids) await until(() => isApplied(id))
    for (const operation of operations) assert.equal(await timesOnChain(operation), 1)
    const { records } = await untilGranted(() => requestAccess(doctor, wish))
    assert.deepEqual(
      records.map((record) => record.batch),
      [batch],
    )
  })

  test('an anchor that was taken back is made again, once', async () => {
    const { anchors, db } = city()
    await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    await anchors.run()
    const rows = async () =>
      (await db.select().from(tables.anchors)).filter(
        ({ organisation }) => organisation === world.city.actor.account,
      )
    await until(async () => (await rows()).length > 0)
    const before = await rows()
    await chain.request({ method: 'anvil_reorg', params: [1, []] } as never)
    await until(async () => {
      await city().follower.sync()
      return (await rows()).length === before.length
    })
    assert.deepEqual(
      (await rows()).map(({ sequence, root }) => ({ sequence, root })),
      before.map(({ sequence, root }) => ({ sequence, root })),
    )
  })

  /** City Hospital's gateway has something to pay with from here on, and pays. */
  test('a gateway is told what it may pay', async () => {
    const { city } = world
    await chain.setBalance({ address: city.gateway.gateway.keys.relay.address, value: 10n ** 20n })
    await city.gateway.stop()
    const port = Number(new URL(city.gateway.url).port)
    city.config = {
      ...city.config,
      port,
      relayFeeWei: Number(feeWei),
      relayFeeMaxWei: Number(10n * feeWei),
      relayStallSeconds: 1,
    }
    city.gateway = await startGateway(city.config)
    const { ids } = await send(city, [await opening()])
    const [{ transaction }] = (await waitForAll(patient, ids)) as [Applied]
    assert.equal((await world.rpc.getTransaction({ hash: transaction })).maxFeePerGas, feeWei)
  })

  test('a transaction that lies unmined is outbid with the same nonce, and its operation has one effect', async () => {
    const payer = city().keys.relay.address
    const nonce = await world.rpc.getTransactionCount({ address: payer })
    await chain.setAutomine(false)
    const operation = await opening()
    const { ids } = await send(world.city, [operation])
    const attempts = () => city().db.select().from(tables.submissions)
    const isKnown = (hash: Hex) =>
      world.rpc.getTransaction({ hash }).then(
        () => true,
        () => false,
      )
    // They are written down before they are sent.
    await until(async () => {
      const [newest, ...others] = (await attempts()).sort((a, b) => Number(b.maxFeeWei - a.maxFeeWei))
      return others.length > 0 && isKnown(newest!.transaction)
    })
    await chain.setAutomine(true)
    await chain.mine({ blocks: 1 })
    const [applied] = await waitForAll(patient, ids)
    const { maxFeePerGas } = await world.rpc.getTransaction({ hash: applied!.transaction })
    assert.ok(maxFeePerGas! > feeWei, 'the one that pays more was mined')
    assert.equal(await world.rpc.getTransactionCount({ address: payer }), nonce + 1)
    assert.equal(await timesOnChain(operation), 1)
    assert.deepEqual(await attempts(), [])
  })

  test('gas costs more than was paid at first: raised until it is mined, and never above the limit', async () => {
    await chain.setNextBlockBaseFeePerGas({ baseFeePerGas: (feeWei * 12n) / 10n })
    const first = await opening()
    const { ids } = await send(world.city, [first])
    await waitForAll(patient, ids)
    assert.equal(await timesOnChain(first), 1)

    // More than may be paid: it waits, durable, and nothing above the limit is ever signed.
    await chain.setNextBlockBaseFeePerGas({ baseFeePerGas: 100n * feeWei })
    const second = await opening()
    const { ids: waiting } = await send(world.city, [second])
    await until(async () => (await rowOf(waiting[0]!)).state === 'submitted')
    await sleep(3_000)
    assert.equal((await rowOf(waiting[0]!)).state, 'submitted')
    for (const { raw } of await city().db.select().from(tables.submissions))
      assert.ok(parseTransaction(raw).maxFeePerGas! <= 10n * feeWei)
    await chain.setNextBlockBaseFeePerGas({ baseFeePerGas: 0n })
    await waitForAll(patient, waiting)
    assert.equal(await timesOnChain(second), 1)
  })

  /** The transaction that is named is on the chain, in the block that is named. */
  async function isApplied(id: Hex): Promise<boolean> {
    const { state, block, transaction } = await rowOf(id)
    if (state !== 'applied') return false
    const receipt = await world.rpc.getTransactionReceipt({ hash: transaction! }).catch(() => undefined)
    return Number(receipt?.blockNumber) === block
  }
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, 'it did not come')
    await sleep(50)
  }
}

/** What a grant allows, as soon as it is on the chain again. */
async function untilGranted<Result>(ask: () => Promise<Result>): Promise<Result> {
  let result: Result | undefined
  await until(async () => {
    result = await ask().catch((error: unknown) => {
      if (!isHreError(error, 'not-found')) throw error
      return undefined
    })
    return result !== undefined
  })
  return result!
}

/** anvil as it comes: a block for each transaction, and what `anvil_reorg` takes back is gone. */
async function startAnvil(): Promise<AnyChain> {
  const child = spawn(
    findEngineBinary(),
    [
      ...[
        '--port',
        '0',
        '--chain-id',
        String(chainId),
        '--accounts',
        '0',
        '--base-fee',
        '0',
        '--gas-price',
        '0',
      ],
      ...['--hardfork', 'osaka', '--gas-limit', '300000000', '--no-request-size-limit'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /Listening on [\d.]+:(\d+)/.exec(line)?.[1]
    if (port === undefined) continue
    child.stdout.resume()
    return {
      url: `http://127.0.0.1:${port}`,
      async stop() {
        child.kill('SIGKILL')
        await ended
      },
    }
  }
  throw new Error('anvil did not start')
}
