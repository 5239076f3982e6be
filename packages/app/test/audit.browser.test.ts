import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import {
  closeEmergency,
  declareEmergency,
  emergencyWords,
  fileRecords,
  inviteMember,
  licenseMember,
  listEmergencies,
  proofFileOf,
  requestAccess,
  type Actor,
} from '@hre/sdk'
import { inSeconds, someRecords } from '../../exchange/test/world.ts'
import { toHex } from 'viem'
import { startAlteredNode, type AlteredNode } from './alteredNode.ts'
import { inviteDoctor, manners, skip, startStage, Visitor, type Stage, type VisitorOptions } from './stage.ts'

const hre = join(import.meta.dirname, '../../cli/src/main.ts')

describe('an auditor with the app', { skip }, () => {
  let stage: Stage
  let technician: Actor
  let node: AlteredNode | undefined
  before(async () => {
    stage = await startStage()
    technician = await stage.world.newMember(stage.world.city, 'lab technician')
  })
  after(async () => {
    await stage.stop()
    await node?.stop()
  })

  const auditorAt = async (options: VisitorOptions) => {
    const { lakeside } = stage.world
    const auditor = await Visitor.at(stage, lakeside, options)
    const { secret } = await inviteMember(lakeside.actor, { role: 'auditor', name: 'Ravi Menon' })
    await auditor.join(secret)
    await auditor.heading('Audit').waitFor()
    return auditor
  }

  for (const { size, manner, options } of manners) {
    test(`reads what was said of an emergency, and judges it, ${manner}`, async () => {
      const { city } = stage.world
      const clinician = await stage.world.newMember(city, 'doctor')
      await licenseMember(city.actor, clinician.account, inSeconds(3600))
      const patient = await stage.world.newPatient()
      const { emergency } = await declareEmergency(clinician, {
        patient: patient.account,
        reason: 'unresponsive',
        words: 'Found on the road without pulse.',
      })
      await closeEmergency(clinician, emergency.declaration)
      const auditor = await auditorAt(options)
      const { page } = auditor
      await page.getByText(/waits? for a judgement/).waitFor()
      await auditor.assertAccessible('an auditor’s day')
      await auditor.tap(auditor.link(/^Emergencies to judge/))
      await page.getByText('Not judged yet').first().waitFor()
      await auditor.assertAccessible('emergencies to judge')
      await auditor.tap(page.getByRole('link').filter({ hasText: 'Not judged yet' }).first())
      await page.getByText('Found on the road without pulse.').waitFor()
      await auditor.tap(auditor.button('Sign the judgement'))
      await page.getByText('Choose a judgement.').waitFor()
      await auditor.assertAccessible('judging')
      await auditor.tap(page.getByLabel('Justified', { exact: true }))
      await auditor.type(page.getByLabel('Why?'), 'The notes agree.')
      await auditor.shoot(`app-review-${size}`, { documented: size === 'phone' })
      await auditor.tap(auditor.button('Sign the judgement'))
      await page
        .getByRole('region', { name: 'What the auditor said' })
        .getByText('The notes agree.')
        .waitFor()
      const [judged] = await listEmergencies(patient)
      assert.equal(judged!.outcome, 1)
      assert.equal((await emergencyWords(patient, emergency.declaration)).report?.text, 'The notes agree.')
      auditor.assertQuiet()
      await auditor.close()
    })

    test(`reads the ledger, makes a proof that the command line verifies, and checks one, ${manner}`, async () => {
      const { city, chain, folder } = stage.world
      const patient = await stage.world.newPatient()
      const filed = await fileRecords(technician, { patient: patient.account, records: someRecords })
      const auditor = await auditorAt(options)
      const { page } = auditor
      await auditor.tap(auditor.link(/^The shared ledger/))
      await auditor.heading('The shared ledger').waitFor()
      await page
        .getByText(/^Block \d+$/)
        .first()
        .waitFor()
      await auditor.assertAccessible('the ledger')
      await auditor.shoot(`app-ledger-${size}`, { fullPage: false })
      await auditor.open(`#/ledger/${filed.block}`)
      const act = page.getByText(/^A laboratory technician, City Hospital filed records \(3\)\./)
      await act.waitFor()
      await page
        .getByText('The same block is in the registers of Lakeside Clinic and City Hospital.')
        .waitFor()
      const header = page.getByRole('region', { name: 'Block header' })
      const onChain = await stage.world.rpc.getBlock({ blockNumber: BigInt(filed.block) })
      const said = await header.innerText()
      for (const value of [
        onChain.hash,
        onChain.parentHash,
        onChain.transactionsRoot,
        String(onChain.timestamp),
        onChain.nonce ?? 'not there in this engine',
      ])
        assert.ok(said.includes(value), value)
      assert.match(said, /carry no version number/)
      await auditor.tap(act)
      await auditor.assertAccessible('a block')
      await auditor.shoot(`app-block-${size}`, { documented: size === 'desktop', fullPage: false })
      await auditor.tap(auditor.button('Make proofs of these records'))
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        auditor.tap(auditor.button(/^Proof of record/).first()),
      ])
      const proof = join(folder, `proof-${size}.json`)
      await download.saveAs(proof)
      // Not synchronously: the chain runs in this process.
      const { stdout } = await promisify(execFile)(process.execPath, [
        hre,
        'verify',
        proof,
        '--rpc',
        chain.url,
      ])
      assert.match(stdout, /The proof verifies/)

      await auditor.open('#/audit/proof')
      await auditor.heading('Check a proof').waitFor()
      const choose = auditor.button('Choose a proof file')
      await auditor.upload(choose, proof)
      await page.getByText(/^Unchanged since /).waitFor()
      await page
        .getByText(/Recorded by City Hospital, signed by a laboratory technician, City Hospital/)
        .waitFor()
      await auditor.assertAccessible('a proof that holds')
      await auditor.shoot(`app-proof-${size}`)
      // Attack: one hexadecimal digit of the leaf is another.
      const altered = join(folder, `altered-${size}.json`)
      const text = await readFile(proof, 'utf8')
      await writeFile(
        altered,
        text.replace(
          /("content": "0x)(.)/,
          (_, start: string, digit: string) => start + (digit === '0' ? '1' : '0'),
        ),
      )
      await auditor.upload(choose, altered)
      await page.getByText('This proves nothing. Do not rely on the record.').waitFor()
      assert.equal(await page.getByText(/^Unchanged since /).count(), 0)
      await auditor.assertAccessible('a proof that does not hold')

      await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
      await city.gateway.gateway.anchors.run()
      await auditor.tap(auditor.link('Audit'))
      await auditor.tap(auditor.link(/^Logs and files/))
      await page
        .getByText(/^Unbroken: \d+ seals? over \d+ accesses/)
        .first()
        .waitFor()
      await auditor.assertAccessible('logs and files')
      await auditor.shoot(`app-watch-${size}`)
      auditor.assertQuiet()
      await auditor.close()
    })
  }

  test('attack: one hospital alters its register: the block and the proof say who differs, and nothing is confirmed', async () => {
    const { city, chain, folder } = stage.world
    node = await startAlteredNode(chain.url)
    await stage.world.newHospital('riverside', { settings: { rpcUrl: node.url } })
    const patient = await stage.world.newPatient()
    const filed = await fileRecords(technician, { patient: patient.account, records: someRecords })
    const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    const proof = join(folder, 'disputed.json')
    await writeFile(proof, JSON.stringify(proofFileOf(city.actor.deployment, access.records[0]!)))
    for (const { size, options } of manners) {
      node.alter(null)
      const auditor = await auditorAt(options)
      const { page } = auditor
      await auditor.open(`#/ledger/${filed.block}`)
      await page.getByText(/^The same block is in the registers of .*riverside/).waitFor()
      // Another block in the place of that one.
      node.alter(({ method, params }, result) =>
        method === 'eth_getBlockByNumber' && params?.[0] === toHex(filed.block)
          ? { ...(result as object), hash: `0x${'ab'.repeat(32)}` }
          : result,
      )
      await auditor.comeAgain(`#/ledger/${filed.block}`)
      await page.getByText('The registers disagree about this block').waitFor()
      const said = await page.getByRole('alert').innerText()
      assert.match(
        said,
        /Lakeside Clinic and City Hospital have one, riverside another\. Rely on nothing in it/,
      )
      assert.equal(await page.getByText(/^The same block is in/).count(), 0)
      await auditor.assertAccessible('a block about which registers disagree')
      await auditor.shoot(`app-block-differs-${size}`, { fullPage: false })

      // The record is gone from it, or was committed at another time.
      for (const change of [withoutCommitment, withAnotherTime]) {
        node.alter(change)
        await auditor.open('#/audit')
        await auditor.open('#/audit/proof')
        await page.locator('input[type=file]').setInputFiles(proof)
        await page.getByText('The registers do not agree').waitFor()
        await page.getByText('This proves nothing. Do not rely on the record.').waitFor()
        assert.equal(await page.getByText(/^Unchanged since /).count(), 0)
      }
      await auditor.assertAccessible('a proof about which registers disagree')
      await auditor.shoot(`app-proof-differs-${size}`)
      auditor.assertQuiet()
      await auditor.close()
    }
    node.alter(null)
  })

  test('attack: a doctor opens an auditor’s pages; what is for auditors alone stays shut', async () => {
    const { city } = stage.world
    const doctor = await Visitor.at(stage, city)
    await doctor.join(await inviteDoctor(city, 'Dr Kavita Mehta'))
    await doctor.heading('Today').waitFor()
    for (const path of ['#/audit/emergencies', '#/audit/watch']) {
      await doctor.page.evaluate((hash) => (location.hash = hash), path)
      await doctor.page.getByText('You may not do that').waitFor()
    }
    await doctor.close()
  })
})

const withoutCommitment = ({ method }: { method: string }, result: unknown): unknown =>
  method === 'eth_getLogs' ? [] : result

const withAnotherTime = ({ method }: { method: string }, result: unknown): unknown =>
  method === 'eth_getBlockByNumber' ? { ...(result as object), timestamp: '0x5f5e1000' } : result
