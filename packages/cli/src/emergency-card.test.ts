import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { emergencyCardOf, parseEmergencyCard } from '@hre/vault'
import decodeQR from 'qr/decode.js'
import { cardPageOf, cardSvgOf, terminalQrOf } from './emergency-card.ts'

const account = `0x${'a1'.repeat(20)}` as const
const gateways = ['city.example', 'a.very.long.name.of.a.hospital.in.the.far.north.example:8443']
const cards = gateways.map((gateway) => emergencyCardOf({ gateway, account }).text)

/** As a camera sees it. @param isDark - of a module. */
function read(side: number, isDark: (x: number, y: number) => boolean): string {
  const scale = 8
  const [width, height] = [side * scale, side * scale]
  const data = new Uint8Array(width * height * 4)
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)].map((pixel) => Math.floor(pixel / scale))
    data.fill(isDark(x!, y!) ? 0 : 255, at * 4, at * 4 + 3).fill(255, at * 4 + 3, at * 4 + 4)
  }
  return decodeQR({ width, height, data })
}

describe('the emergency card as a picture', () => {
  test('[S11] a reader of QR codes finds the card’s line on the terminal', () => {
    for (const card of cards) {
      const rows = terminalQrOf(card)
      // A character is a module above another; what is not drawn is dark.
      const lit = (x: number, y: number) => {
        const drawn = rows[y >> 1]?.[x] ?? ' '
        return drawn === '█' || drawn === (y % 2 === 0 ? '▀' : '▄')
      }
      assert.equal(
        read(rows[0]!.length, (x, y) => !lit(x, y)),
        card,
      )
    }
  })

  test('[S11] and on the printed card, which has the line to type, too', () => {
    for (const card of cards)
      for (const picture of [cardSvgOf(card), cardPageOf(card)]) {
        const side = Number(/viewBox="0 0 (\d+) \1" shape/.exec(picture)![1])
        const dark = new Set([...picture.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`))
        assert.equal(
          read(side, (x, y) => dark.has(`${x} ${y}`)),
          card,
        )
        const typed = [...picture.matchAll(/monospace">([^<]*)</g)].map(([, text]) => text).join('')
        assert.deepEqual(parseEmergencyCard(typed), parseEmergencyCard(card))
        const height = Math.max(...[...picture.matchAll(/<text x="43" y="(\d+)"/g)].map(([, y]) => Number(y)))
        assert.ok(height < 53, 'the text stays on the card')
      }
  })

  test('[S11] attack: the finder of a card, or of its file, reads whose it is', () => {
    const page = cardPageOf(cards[0]!)
    assert.doesNotMatch(page.toLowerCase(), new RegExp(account.slice(2)))
    assert.doesNotMatch(page, /<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)|<img|<link/)
  })
})
