import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  accountOf,
  connect,
  declareEmergency,
  inviteMember,
  licenseMember,
  listMembers,
  register,
  requestAccess,
  voteAdmission,
} from '@hre/sdk'
import { createRootSeed } from '@hre/vault'
import { inSeconds } from '../../exchange/test/world.ts'
import { inviteDoctor, manners, skip, startStage, Visitor, type Stage, type VisitorOptions } from './stage.ts'

const daySeconds = 24 * 60 * 60

describe('an administrator with the app', { skip }, () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  const administratorAt = async (options: VisitorOptions) => {
    const { city } = stage.world
    const administrator = await Visitor.at(stage, city, options)
    const { secret } = await inviteMember(city.actor, { role: 'administrator', name: 'Meera Nair' })
    await administrator.join(secret)
    await administrator.heading('Organisation').waitFor()
    return administrator
  }

  for (const { size, manner, options } of manners) {
    test(`invites a doctor, records a licence, changes a role, cuts off, ${manner}`, async () => {
      const { city } = stage.world
      const administrator = await administratorAt(options)
      const { page } = administrator
      await administrator.tap(administrator.link(/^Invite somebody/))
      await administrator.heading('Invite somebody').waitFor()
      await administrator.tap(page.getByLabel('A colleague'))
      await administrator.type(page.getByLabel('Name', { exact: true }), `Dr Arjun ${size}`)
      await administrator.assertAccessible('inviting')
      await administrator.tap(administrator.button('Make the link'))
      await page.getByText('The link is ready').waitFor()
      await page.getByRole('img', { name: 'QR code of the invitation' }).waitFor()
      await administrator.assertAccessible('an invitation')
      const link = await page.getByText(/#\/join\/0x/).innerText()
      const doctor = await Visitor.at(stage, city, options)
      await doctor.join(link.split('#/join/')[1]!)
      await doctor.heading('Today').waitFor()

      await administrator.tap(administrator.link('Organisation'))
      await page.getByText(/licences? (is|are) missing, over or about to end/).waitFor()
      await administrator.assertAccessible('the organisation')
      await administrator.shoot(`app-organisation-${size}`, { documented: size === 'phone', fullPage: false })
      await administrator.tap(administrator.link(/^People who work here/))
      await administrator.heading('People who work here').waitFor()
      await administrator.assertAccessible('the staff')
      await administrator.shoot(`app-staff-${size}`)
      await administrator.tap(administrator.link(new RegExp(`Dr Arjun ${size}`)))
      await administrator.heading(`Dr Arjun ${size}`).waitFor()
      await page.getByText('No licence on record').waitFor()
      await administrator.tap(administrator.button('Record for one year more'))
      await page.getByText(/^Licensed until /).waitFor()
      await administrator.select(page.getByRole('combobox', { name: 'Role' }), 'Nurse')
      await administrator.tap(administrator.button('Change the role'))
      await page.locator('main').getByText('Nurse', { exact: true }).first().waitFor()
      const account = await doctor.account()
      const changed = (await listMembers(city.actor)).find((member) => member.account === account)!
      assert.deepEqual([changed.role, changed.licensedUntil > inSeconds(364 * daySeconds)], [3, true])
      await administrator.assertAccessible('a colleague')
      await administrator.tap(administrator.button('Cut off'))
      await page.getByText(/^Really end it for Dr Arjun/).waitFor()
      await administrator.assertAccessible('cutting off')
      await administrator.shoot(`app-cut-off-${size}`)
      await administrator.tap(administrator.button('Yes, cut off now'))
      await page.getByText('This person does not work here any more and can open nothing.').waitFor()
      assert.equal((await accountOf(city.actor, account)).role, 0)
      // Their device is out at the next thing they do.
      await doctor.tap(doctor.link('Patients'))
      await doctor.page.getByRole('alert').waitFor()
      administrator.assertQuiet()
      await administrator.close()
      await doctor.close()
    })

    test(`votes on a new organisation, sees emergencies and how the server stands, ${manner}`, async () => {
      const { city, lakeside } = stage.world
      const rootSeed = createRootSeed()
      const newcomer = await connect({ gatewayUrl: lakeside.gateway.url, rootSeed })
      const administrator = await administratorAt(options)
      const { page } = administrator
      await administrator.tap(administrator.link(/^Organisations and votes/))
      await page.getByText('There is no open question.').waitFor()
      await administrator.type(page.getByLabel('The organisation’s code'), `hre:${newcomer.account}`)
      await administrator.select(page.getByLabel('What it is'), 'laboratory')
      await administrator.tap(
        page
          .getByRole('region', { name: 'Admit a new organisation' })
          .getByRole('button', { name: 'Vote for this' }),
      )
      await page.getByText('Your vote counts.').waitFor()
      await page.getByText(/^Admit organisation [0-9a-f]{6} as laboratory \(IN\)\?$/).waitFor()
      await page.getByText(/^1 of \d votes that it takes$/).waitFor()
      await page.getByText('You are for it.').waitFor()
      await administrator.assertAccessible('voting')
      await administrator.shoot(`app-votes-${size}`)
      // The others agree, one after the other, until it is enough.
      for (const voter of [lakeside.actor, ...others]) {
        const vote = { organisation: newcomer.account, kind: 'laboratory', country: 'IN' } as const
        await voteAdmission(voter, vote).catch(() => undefined)
      }
      await register(newcomer)
      others.push(newcomer)
      await administrator.tap(administrator.link('Organisation'))
      await page.getByText('Nothing waits for your vote.').waitFor()

      const clinician = await stage.world.newMember(city, 'doctor')
      await licenseMember(city.actor, clinician.account, inSeconds(daySeconds))
      const patient = await stage.world.newPatient()
      await declareEmergency(clinician, {
        patient: patient.account,
        reason: 'unresponsive',
        words: 'Found on the road.',
      })
      await administrator.tap(administrator.link(/^Emergencies of your staff/))
      await page.getByText('Open now').first().waitFor()
      assert.doesNotMatch(await page.locator('main').innerText(), /Found on the road/)
      await administrator.assertAccessible('emergencies')
      await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
      await administrator.tap(administrator.link('Organisation'))
      await administrator.tap(administrator.link(/^Your server/))
      await page.getByRole('rowheader', { name: 'Newest page of the shared register' }).waitFor()
      await page.getByRole('rowheader', { name: 'Lakeside Clinic' }).waitFor()
      await administrator.assertAccessible('the server')
      await administrator.shoot(`app-server-${size}`, { documented: size === 'desktop' })
      administrator.assertQuiet()
      await administrator.close()
    })
  }

  /** Organisations that were admitted by the tests before. */
  const others: Awaited<ReturnType<typeof connect>>[] = []

  test('attack: a doctor opens an administrator’s pages; they hold nothing and do nothing', async () => {
    const { city } = stage.world
    const doctor = await Visitor.at(stage, city)
    await doctor.join(await inviteDoctor(city, 'Dr Kavita Mehta'))
    await doctor.heading('Today').waitFor()
    await doctor.page.evaluate(() => (location.hash = '#/organisation/staff'))
    await doctor.page.getByText('You may not do that').waitFor()
    await doctor.page.evaluate(() => (location.hash = '#/organisation/invite'))
    await doctor.type(doctor.page.getByLabel('Hospital number that you checked'), 'AM-1')
    await doctor.tap(doctor.button('Make the link'))
    await doctor.page.getByText('No link was made.').waitFor()
    await doctor.close()
  })
})
