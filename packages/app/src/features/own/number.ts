/** Digits of the scripts that the app is written in, in their order from 0. */
const digits = ['०१२३४५६७८९', '੦੧੨੩੪੫੬੭੮੯']

/** A number as people type it, also with a comma, and with the digits of their script; NaN for anything else. */
export function numberIn(text: string): number {
  const plain = text
    .trim()
    .replace(',', '.')
    .replace(/[०-९੦-੯]/g, (digit) => String(digits.map((row) => row.indexOf(digit)).find((at) => at >= 0)))
  return /^\d{1,6}(\.\d{1,3})?$/.test(plain) ? Number(plain) : NaN
}
