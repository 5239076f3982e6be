import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  chainThrough,
  checkLogs,
  connectChain,
  newestBlock,
  proveBatch,
  readBlock,
  requestAccess,
  verifyRecord,
  type Actor,
} from '@hre/sdk'
import { fileSome, refusal, startWorld, type World } from './world.ts'

describe('the ledger, read by somebody who trusts nobody', () => {
  let world: World
  let auditor: Actor
  let technician: Actor
  let patient: Actor
  before(async () => {
    world = await startWorld()
    auditor = await world.newMember(world.lakeside, 'auditor')
    technician = await world.newMember(world.city, 'lab technician')
    patient = await world.newPatient()
  })
  after(() => world.stop())

  const chain = () => chainThrough(auditor.session)

  test('[O3] [O7] a block’s operations are decoded: who signed, what it does, and what became of it', async () => {
    const { block, leaves } = await fileSome(technician, patient)
    const { header, operations } = await readBlock(chain(), world.deployment, block)
    const act = operations.find(({ account }) => account === technician.account)!
    assert.deepEqual(
      [act.contract, act.action, act.args['count'], act.outcome],
      ['records', 'commitBatch', String(leaves.length), 'applied'],
    )
    const parent = await readBlock(chain(), world.deployment, block - 1)
    assert.equal(header.parent, parent.header.hash)
    assert.match(header.transactionsRoot, /^0x[0-9a-f]{64}$/)
    const own = await readBlock(connectChain(world.chain.url), world.deployment, block)
    assert.deepEqual(own, await readBlock(chain(), world.deployment, block))
    // The gateway lists no block that is not there.
    const newest = await newestBlock(chain())
    await assert.rejects(readBlock(chain(), world.deployment, newest + 1000), refusal('not-found'))
  })

  test('[R6] [G10] an auditor makes the proofs of a batch, and they verify on the chain alone', async () => {
    const { block, batch, leaves } = await fileSome(technician, patient)
    const cityAuditor = await world.newMember(world.city, 'auditor')
    const { operations } = await readBlock(chain(), world.deployment, block)
    const manifest = operations.find(({ action }) => action === 'commitBatch')!.args[
      'manifest'
    ] as `0x${string}`
    const files = await proveBatch(cityAuditor, manifest)
    assert.deepEqual(
      files.map(({ leaf }) => leaf.record),
      leaves.map(({ record }) => record),
    )
    for (const file of files) {
      const verified = await verifyRecord(connectChain(world.chain.url), file)
      assert.deepEqual([verified.batch, verified.contractAgrees, verified.authorSigned], [batch, true, true])
    }
    await assert.rejects(proveBatch(technician, manifest), refusal('forbidden'))
  })

  test('[A4] every log is followed to its head; attack: a node leaves out an anchor', async () => {
    for (let round = 0; round < 3; round++) {
      await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
      await world.city.gateway.gateway.anchors.run()
    }
    const logs = await checkLogs(chain(), world.deployment)
    const city = logs.find(({ organisation }) => organisation === world.city.actor.account)!
    assert.deepEqual([city.anchors, city.isUnbroken], [3, true])
    const honest = chain()
    const liar = {
      ...honest,
      readContract: honest.readContract,
      getLogs: async () =>
        (await honest.getLogs({ address: world.deployment.access, fromBlock: 0n })).slice(1),
    } as unknown as typeof honest
    for (const log of await checkLogs(liar, world.deployment)) assert.equal(log.isUnbroken, false)
  })
})
