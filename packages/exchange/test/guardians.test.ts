import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import {
  approveAsGuardian,
  compartmentIds,
  connect,
  councilOf,
  fetchKeystore,
  fileRecords,
  finishRecovery,
  grantAccess,
  markForEmergency,
  nameGuardians,
  openRecords,
  protectKeys,
  readAccessLog,
  recallKeys,
  recoveryState,
  requestAccess,
  settleEmergencies,
  startRecovery,
  storeKeystore,
  submit,
  verifySignatures,
  vetoRecovery,
  attestPatient,
  openChart,
  register,
  type Actor,
  type StartedRecovery,
} from '@hre/sdk'
import {
  addUnlockWay,
  completeRecovery,
  createRecoveryPhrase,
  createRootSeed,
  isVaultError,
  recoveryRequestHashOf,
  type Succession,
} from '@hre/vault'
import { approveRecoveryCall, limits } from '@hre/protocol'
import type { Hex } from 'viem'
import { advance, fileSome, inSeconds, refusal, someRecords, startWorld, type World } from './world.ts'

const daySeconds = 24 * 60 * 60
const password = { kind: 'password', password: 'correct horse battery staple' } as const

describe('keys that ordinary people cannot lose', () => {
  let world: World
  let rootSeed: Uint8Array
  let patient: Actor
  let guardians: Actor[]
  let technician: Actor
  let doctor: Actor
  let labs: Hex
  const phrase = { kind: 'phrase', phrase: createRecoveryPhrase() } as const
  before(async () => {
    world = await startWorld()
    rootSeed = createRootSeed()
    patient = await connect({ gatewayUrl: world.city.gateway.url, rootSeed })
    await attestPatient(world.city.actor, patient.account, 'hospital number 1')
    await register(patient)
    await openChart(patient, { writer: world.city.actor.account, until: inSeconds(365 * daySeconds) })
    labs = compartmentIds(patient).labs
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    guardians = await Promise.all([1, 2, 3].map(() => world.newMember(world.lakeside, 'nurse')))
    await fileSome(technician, patient)
    await grantAccess(patient, {
      reader: doctor.account,
      compartments: [labs],
      purposes: ['TREAT'],
      until: inSeconds(300 * daySeconds),
      from: inSeconds(-60),
    })
  })
  after(() => world.stop())

  const recall = (secret: Parameters<typeof recallKeys>[0]['secret'], account = patient.account) =>
    recallKeys({ gatewayUrl: world.city.gateway.url, account, secret })
  async function count(reader: Actor, purpose: 'TREAT' | 'PATRQT') {
    const access = await requestAccess(reader, { patient: patient.account, purpose })
    let opened = 0
    for await (const _ of openRecords(reader, access)) opened++
    return opened
  }

  test('[K1] two ways before first use: a document with one is refused by the gateway as well', async () => {
    await assert.rejects(protectKeys(patient, { rootSeed, secrets: [password] }), {
      code: 'keystore-refused',
    })
    const document = { suite: 1 as const, revision: 1, ways: [], mac: `0x${'00'.repeat(32)}` }
    const body = { document, succession: null, replaces: null, verifiers: [] }
    await assert.rejects(patient.session.call('putKeystore', { body }), refusal('bad-request'))
  })

  test('[K10] another device logs in by password or by phrase, and reads', async () => {
    await protectKeys(patient, { rootSeed, secrets: [password, phrase] })
    for (const secret of [password, phrase]) {
      const recalled = await recall(secret)
      assert.deepEqual(recalled.rootSeed, rootSeed)
      const there = await connect({ gatewayUrl: world.city.gateway.url, ...recalled })
      assert.equal(await count(there, 'PATRQT'), 3)
    }
  })

  test('[K10] of two devices that change it one is told that the other was faster', async () => {
    const { document, etag } = await fetchKeystore(patient)
    const passkey = { kind: 'passkey', credential: '0x0102', prf: new Uint8Array(32).fill(7) } as const
    const changed = await addUnlockWay(document, rootSeed, passkey)
    const change = { document: changed, succession: null, secrets: [passkey], replaces: etag }
    const outcomes = await Promise.allSettled([
      storeKeystore(patient, change),
      storeKeystore(patient, { ...change, document: await addUnlockWay(document, rootSeed, passkey) }),
    ])
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const refused = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    assert.equal((refused.reason as { code: string }).code, 'conflict')
    // The new way opens it, and so do those from before.
    for (const secret of [passkey, phrase]) assert.deepEqual((await recall(secret)).rootSeed, rootSeed)
  })

  test('[K10] attack: guessing; an account that there is looks like one that there is not, and both are limited', async () => {
    const unknown: Hex = `0x${'ab'.repeat(20)}`
    const { client } = patient.session
    for (const account of [patient.account, unknown]) {
      const ask = () => client.call('getUnlockParameters', { body: { account } })
      const first = await ask()
      assert.equal(first.passwords.length, 2)
      assert.equal(new Set(first.passwords.map(({ salt }) => salt)).size, 2)
      assert.deepEqual(await ask(), first)
      const guess = () => client.call('openKeystore', { body: { account, proofs: [`0x${'00'.repeat(32)}`] } })
      for (let tries = 0; tries < limits.unlockTriesMax; tries++)
        await assert.rejects(guess(), refusal('not-found'))
      await assert.rejects(guess(), refusal('rate-limited'))
    }
    // The right password no less: else guessing would go on.
    await assert.rejects(recall(password), refusal('rate-limited'))
    advance(limits.unlockTriesSeconds + 1)
    assert.deepEqual((await recall(password)).rootSeed, rootSeed)
    // Whoever guesses from outside is counted by account, not by name: the table has none.
    const kept = await world.city.gateway.gateway.db.select().from(tables.unlockTries)
    assert.ok(!JSON.stringify(kept).includes(unknown.slice(2)))
  })

  test('[K10] attack: a document of 1 MB, and verifiers for ways that it does not have', async () => {
    const { document, etag } = await fetchKeystore(patient)
    const body = { document: { ...document }, succession: null, replaces: etag, verifiers: [] }
    const large = {
      suite: 1 as const,
      nonce: `0x${'00'.repeat(24)}`,
      box: `0x${'00'.repeat(500_000)}`,
    } as Succession
    await assert.rejects(
      patient.session.call('putKeystore', { body: { ...body, succession: large } }),
      (error: { code: string }) => ['payload-too-large', 'bad-request'].includes(error.code),
    )
    const verifiers = [{ way: `0x${'01'.repeat(16)}`, verifier: `0x${'02'.repeat(32)}` }]
    await assert.rejects(
      patient.session.call('putKeystore', { body: { ...body, verifiers } }),
      refusal('bad-request'),
    )
  })

  let started: StartedRecovery
  const name = () =>
    nameGuardians(patient, {
      rootSeed,
      guardians: guardians.map(({ account }) => account),
      threshold: 2,
    })
  const url = () => world.city.gateway.url

  test('[K7] [K11] [D16] guardians are named; nobody else is asked for a share, and nobody asks without guardians', async () => {
    await assert.rejects(startRecovery(url(), doctor.account), refusal('not-found'))
    await name()
    const { guardians: named, threshold, term } = await councilOf(patient)
    assert.deepEqual([named, threshold, term], [guardians.map(({ account }) => account), 2, 1])
    started = await startRecovery(url(), patient.account)
    await assert.rejects(approveAsGuardian(doctor, started.words), refusal('not-found'))
    await assert.rejects(
      approveAsGuardian(guardians[0]!, phrase.phrase.split(' ').slice(0, 8).join(' ')),
      refusal('not-found'),
    )
  })

  test('[K8] attack: one guardian, below the threshold, learns nothing and gets no keys', async () => {
    await approveAsGuardian(guardians[0]!, started.words)
    advance(4 * daySeconds)
    await assert.rejects(finishRecovery(url(), started), refusal('directory-recovery-not-ready'))
    const { approvals } = await recoveryState(url(), started.request)
    assert.equal(approvals.length, 1)
    // Even with the document itself, which the gateway gives to nobody before the recovery was executed.
    const { document } = await fetchKeystore(patient)
    const way = document.ways.find(({ kind }) => kind === 'guardians')!
    await assert.rejects(completeRecovery({ ...started, way, approvals }), (error) =>
      isVaultError(error, 'shares-too-few'),
    )
  })

  test('[K8] [D17] the owner sees it, says no, and it is over', async () => {
    await approveAsGuardian(guardians[1]!, started.words)
    const { recoveries } = await councilOf(patient)
    assert.deepEqual(
      [
        recoveries[0]!.state,
        recoveries[0]!.approvals.length,
        recoveries[0]!.readyAt! > inSeconds(2.9 * daySeconds),
      ],
      ['under way', 2, true],
    )
    // Before the waiting period is over nothing is given.
    await assert.rejects(finishRecovery(url(), started), refusal('directory-recovery-not-ready'))
    await vetoRecovery(patient)
    assert.equal((await councilOf(patient)).recoveries[0]!.state, 'void')
    advance(4 * daySeconds)
    await assert.rejects(finishRecovery(url(), started), refusal('directory-recovery-not-ready'))
  })

  test('[K8] [K11] attack: the answer of a guardian who did not approve on chain, and one who is no guardian', async () => {
    const again = await startRecovery(url(), patient.account)
    const { approvals } = await recoveryState(url(), started.request)
    const approval = { ...approvals[0]!, request: recoveryRequestHashOf(again.request) }
    for (const by of [guardians[2]!, doctor])
      await assert.rejects(
        by.session.call('putRecoveryApproval', { body: { approval } }),
        (error: { code: string }) => ['forbidden', 'not-found'].includes(error.code),
      )
  })

  test('[K8] [K9] everything lost: two guardians, three days, and a new device opens old and new records', async () => {
    const dealt = [world.city.actor.account, world.lakeside.actor.account]
    await markForEmergency(patient, { compartments: [labs], trustees: dealt, threshold: 2 })
    started = await startRecovery(url(), patient.account)
    await approveAsGuardian(guardians[2]!, started.words)
    await approveAsGuardian(guardians[0]!, started.words)
    advance(3 * daySeconds + 1)
    let kept: Succession | undefined
    const { actor, succession, refused, rotated } = await finishRecovery(url(), started, async (made) => {
      kept = made
    })
    assert.deepEqual([kept, refused, rotated.includes(labs)], [succession, [], true])
    assert.equal(actor.account, patient.account)
    assert.equal(await count(actor, 'PATRQT'), 3)
    await fileRecords(technician, { patient: patient.account, records: [someRecords[0]!] })
    assert.equal(await count(actor, 'PATRQT'), 4)
    // Who was granted before reads on, in the new epoch as well.
    assert.equal(await count(doctor, 'TREAT'), 3)
    // What was signed by the key of before counts as signed.
    const { accesses } = await readAccessLog(actor)
    assert.ok(accesses.length > 5)
    assert.deepEqual([...new Set(await verifySignatures(world.rpc, world.deployment, accesses))], ['signed'])
    // Trustees are named anew from the fresh seed.
    assert.deepEqual((await settleEmergencies(actor)).renewed, [labs])
    const { etag } = await fetchKeystore(actor)
    const fresh = started.rootSeed
    await protectKeys(actor, { rootSeed: fresh, secrets: [password, phrase], succession, replaces: etag })
    const there = await connect({ gatewayUrl: url(), ...(await recall(password)) })
    assert.equal(await count(there, 'PATRQT'), 4)
  })

  test('[K8] attack: the thief of the old device signs for nothing and opens nothing newer', async () => {
    const thief = await connect({ gatewayUrl: url(), rootSeed })
    await assert.rejects(count(thief, 'PATRQT'), refusal('signature-invalid'))
    const call = approveRecoveryCall(world.deployment, doctor.account, `0x${'01'.repeat(32)}`)
    await assert.rejects(submit(thief, [call]), refusal('intake-signer-unknown'))
  })

  test('[K11] a request that no guardian answered is gone after 30 days', async () => {
    const old = await startRecovery(url(), patient.account)
    assert.equal((await recoveryState(url(), old.request)).approvals.length, 0)
    advance(30 * daySeconds + 1)
    await startRecovery(url(), patient.account)
    await assert.rejects(recoveryState(url(), old.request), refusal('not-found'))
  })
})
