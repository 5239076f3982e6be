import encodeQR from 'qr'

// The emergency card (S11) as a picture. What is on it is the card's line and what a finder is to do; no name, no account.

/** Alphanumeric mode, which takes nothing that would mean something else in SVG or HTML; a sixth of it may be dirty. */
const options = { encoding: 'alphanumeric', ecc: 'medium' } as const

/** As text: each character is two modules, one above the other. For light letters on a dark ground. */
export function terminalQrOf(card: string): string[] {
  return encodeQR(card, 'ascii', options).trimEnd().split('\n')
}

/** ID-1 of ISO/IEC 7810, as bank cards are, in millimetres. */
const size = { width: 85.6, height: 54 }
const lineCharacters = 27

/** A card to print, 85.6 by 54 mm. */
export function cardSvgOf(card: string): string {
  const modules = encodeQR(card, 'raw', { ...options, border: 4 })
  const path = modules
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('')
  const line = (y: number, text: string, style = '') => `<text x="43" y="${y}"${style}>${text}</text>`
  const cardLines = card.match(new RegExp(`.{1,${lineCharacters}}`, 'g')) ?? []
  const advice = [
    'For a doctor or nurse: scan it, or',
    'type this, at a hospital of the',
    'exchange. It finds whom you treat,',
    'and opens no record.',
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}mm" height="${size.height}mm" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="2.3">
<rect x="0.2" y="0.2" width="${size.width - 0.4}" height="${size.height - 0.4}" rx="3" fill="#fff" stroke="#000" stroke-width="0.3"/>
<svg x="2" y="7" width="40" height="40" viewBox="0 0 ${modules.length} ${modules.length}" shape-rendering="crispEdges"><path d="${path}"/></svg>
${line(11, 'EMERGENCY CARD', ' font-size="3.6" font-weight="bold"')}
${advice.map((text, index) => line(16 + 3 * index, text)).join('\n')}
${cardLines.map((text, index) => line(31 + 3 * index, text, ' font-family="monospace"')).join('\n')}
</svg>
`
}

/** A page to print with the card on it. It loads nothing and runs nothing. */
export function cardPageOf(card: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Emergency card</title>
<style>body { font: 11pt sans-serif; margin: 15mm } @media print { p { display: none } }</style>
<p>Print this at its full size, cut it out and carry it. Then delete this file: whoever has it has the card.</p>
${cardSvgOf(card)}</html>
`
}
