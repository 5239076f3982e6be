import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ana, assertRefused, grantToOsei, imaging, labs, mallory, osei } from '../test/people.ts'
import { unwrapCompartmentMap, wrapCompartmentMap, type CompartmentMap } from './index.ts'
import { hpkeSeal } from './hpke.ts'
import { labels } from './labels.ts'
import { platformRandom } from './random.ts'

const { chainId, consent, patient, reader } = grantToOsei
const context = { chainId, consent, patient, reader }
const map = { labs, imaging }
const wrapOf = (each: CompartmentMap) =>
  wrapCompartmentMap({ map: each, readerRecipient: osei.recipient, context })
const open = (wrap: Uint8Array, change: object = {}, readerSeed = osei.recipientSeed) =>
  unwrapCompartmentMap({ wrap, readerSeed, context: { ...context, ...change } })

describe('compartment map', () => {
  it('[E8] the writer gets names and ids', async () => {
    assert.deepEqual(await open(await wrapOf(map)), map)
  })

  it('[E8] its size does not tell how many compartments there are', async () => {
    const one = await wrapOf({ labs })
    const five = await wrapOf({ labs, imaging, 'mental health': labs, summary: labs, pédiatrie: labs })
    assert.equal(one.length, five.length)
    assert.equal(one.length, 1136 + 1024)
  })

  it('[E8] nobody else opens it, and replayed elsewhere it opens nothing', async () => {
    const wrap = await wrapOf(map)
    await assertRefused(() => open(wrap, {}, mallory.recipientSeed), 'wrap-not-for-reader')
    for (const change of [
      { chainId: 1 },
      { consent: ana.account },
      { patient: reader },
      { reader: patient },
    ]) {
      await assertRefused(() => open(wrap, change), 'wrap-not-for-reader')
    }
  })

  it('[E8] hostile names are names', async () => {
    const odd = JSON.parse(`{"__proto__":"${labs}","constructor":"${imaging}"}`) as CompartmentMap
    const opened = await open(await wrapOf(odd))
    assert.deepEqual(Object.entries(opened), Object.entries(odd))
    assert.equal(Object.getPrototypeOf(opened), Object.prototype)
  })

  it('[E8] an empty map, too many names, a bad id or one name twice is refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`c${n}`, labs]))
    const twice = { 'p\u00e9diatrie': labs, 'pe\u0301diatrie': imaging }
    for (const bad of [{}, many, twice, { labs: '0x12' as const }, { '': labs }, null as never]) {
      await assertRefused(() => wrapOf(bad), 'argument-invalid')
    }
  })

  it('[E8] an opened wrap that holds something else is refused', async () => {
    const contents = [
      '',
      '{',
      '[]',
      'null',
      '"labs"',
      '{}',
      '{"labs":1}',
      `{"labs":"${labs.slice(0, -2)}"}`,
      `{"a\\n":"${labs}"}`,
    ]
    for (const content of contents) {
      const wrap = await hpkeSeal({
        plaintext: new TextEncoder().encode(content.padEnd(1)),
        recipient: osei.recipient,
        info: labels.compartmentMap(context),
        random: platformRandom,
      })
      await assertRefused(() => open(wrap), 'compartment-map-malformed')
    }
  })

  it('[E8] a cut wrap is refused', async () => {
    await assertRefused(() => open(new Uint8Array(1136)), 'wrap-malformed')
  })
})
