import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Role } from '@hre/protocol'
import { compartmentIds, grantAccess, inviteMember } from '@hre/sdk'
import { inSeconds } from '../../exchange/test/world.ts'
import { fileAnasChart, inviteToCity, skip, startStage, Visitor, type Stage } from './stage.ts'

const assets = join(import.meta.dirname, '../dist/assets')
/** What every ChaCha20 says of itself (RFC 8439 section 2.3): whoever has it can seal and open. */
const sealing = 'expand 32-byte k'

/** A screen of 1280 by 1024, so many times as large: https://www.w3.org/WAI/WCAG22/Understanding/reflow */
const zoomed = { 200: { width: 640, height: 512 }, 400: { width: 320, height: 256 } }

describe('what a page asks of a device and of its screen', { skip }, () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  test('none of the page’s own scripts can seal or open: the keeper in its worker does', () => {
    const able = readdirSync(assets).filter(
      (name) => name.endsWith('.js') && readFileSync(join(assets, name), 'utf8').includes(sealing),
    )
    assert.notEqual(able.length, 0)
    for (const name of able) assert.match(name, /^keeper-/)
  })

  test('the page shows how far it has come while the keeper verifies and opens, and asks no cipher itself', async () => {
    const ana = await Visitor.at(stage, stage.world.city)
    await ana.givePasskeys()
    await ana.join(await inviteToCity(stage), { passkey: true })
    await fileAnasChart(stage, await ana.account())

    await ana.page.addInitScript(watchPage)
    await ana.open()
    await ana.page.reload()
    await ana.tap(ana.button(/Use my fingerprint/))
    await ana.heading('Records of Ana Sharma').waitFor()
    const { shown, asked } = await ana.page.evaluate(() => {
      const { shown, asked } = globalThis as unknown as Watched
      return { shown, asked }
    })
    assert.deepEqual(asked, [])
    assert.ok(new Set(shown).size > 2, `steps shown: ${shown.join(' ')}`)
    assert.deepEqual(
      shown,
      shown.toSorted((a, b) => a - b),
      'it only goes forwards',
    )
    await ana.close()
  })

  test('at 200 % and at 400 % zoom the staff’s pages fit, and every stop of the Tab key can be seen', async () => {
    const { city } = stage.world
    const patient = await stage.world.newPatient()
    await fileAnasChart(stage, patient.account, 60)
    const { summary, labs } = compartmentIds(patient)
    const come = async (role: Role) => {
      const visitor = await Visitor.at(stage, city, { viewport: zoomed[400] })
      await visitor.join(
        (await inviteMember(city.actor, { role, name: 'Kavita Mehta-Chattopadhyay' })).secret,
      )
      return visitor
    }
    const doctor = await come('doctor')
    const reader = await doctor.account()
    await grantAccess(patient, {
      reader,
      compartments: [summary, labs],
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    const chart = `patients/${patient.account}`
    for (const [visitor, pages] of [
      [doctor, ['', chart, `${chart}/ask`, `${chart}/note`, `${chart}/emergency`]],
      [await come('lab technician'), ['', 'laboratory/results', 'laboratory/upload']],
      [
        await come('administrator'),
        [
          '',
          ...['staff', `staff/${reader}`, 'invite', 'votes', 'emergencies', 'server'].map(
            (page) => `organisation/${page}`,
          ),
        ],
      ],
      [await come('auditor'), ['', 'audit/emergencies', 'audit/watch', 'audit/proof', 'ledger', 'ledger/1']],
    ] as const) {
      for (const page of pages) {
        await visitor.open(`#/${page}`)
        await visitor.assertAccessible(`${page || 'the first page'} at 400 %`)
        await visitor.assertStopsSeen(`${page || 'the first page'} at 400 %`)
        await visitor.page.setViewportSize(zoomed[200])
        await visitor.assertFits(`${page || 'the first page'} at 200 %`)
        await visitor.page.setViewportSize(zoomed[400])
      }
      await visitor.close()
    }
  })
})

interface Watched {
  /** Of the progress bar, in hundredths. */
  shown: number[]
  /** Operations of WebCrypto that the page itself asked for. */
  asked: string[]
}

/** Runs in the page. */
function watchPage(): void {
  const watched = Object.assign(globalThis as unknown as Watched, { shown: [], asked: [] } as Watched)
  for (const name of ['encrypt', 'decrypt', 'sign', 'verify', 'deriveBits', 'deriveKey'] as const) {
    const act = SubtleCrypto.prototype[name] as (...args: unknown[]) => unknown
    Object.assign(SubtleCrypto.prototype, {
      [name](...args: unknown[]) {
        watched.asked.push(name)
        return act.apply(this, args)
      },
    })
  }
  new MutationObserver(() => {
    const bar = document.querySelector('main [role=progressbar]')
    if (bar) watched.shown.push(Number(bar.getAttribute('aria-valuenow')))
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['aria-valuenow'],
  })
}
