/** True for a LOINC code whose check digit is right (mod 10). @see https://loinc.org/kb/users-guide/introduction/ */
export function isLoincCode(code: string): boolean {
  const [, number, check] = /^(\d{1,7})-(\d)$/.exec(code) ?? []
  if (number === undefined) return false
  const digits = [...number].reverse().map(Number)
  const sum = digits.reduce((total, digit, at) => total + (at % 2 === 0 ? digitSum(digit * 2) : digit), 0)
  return (10 - (sum % 10)) % 10 === Number(check)
}

const digitSum = (value: number): number => (value > 9 ? value - 9 : value)

/**
 * True for a SNOMED CT concept id: partition 00 or 10 and a right check digit (Verhoeff).
 * @see https://confluence.ihtsdotools.org/display/DOCRELFMT/6.2+SCTID+Data+Type
 */
export function isSnomedConcept(code: string): boolean {
  if (!/^[1-9]\d{5,17}$/.test(code) || !['00', '10'].includes(code.slice(-3, -1))) return false
  let check = 0
  for (const [at, digit] of [...code].reverse().entries())
    check = multiply(check, permute(at % 8, Number(digit)))
  return check === 0
}

/** The dihedral group of order 10. */
function multiply(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5
  return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5
}

const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

function permute(times: number, digit: number): number {
  let result = digit
  for (let count = 0; count < times; count++) result = PERMUTATION[result] as number
  return result
}
