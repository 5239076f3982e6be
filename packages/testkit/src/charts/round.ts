/** To so many decimal digits, without the tail that binary fractions leave. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
