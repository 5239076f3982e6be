import type { Colleague } from '../../keeper/desk-api.ts'

/** A licence that ends within this is to be renewed now. */
const soonSeconds = 30 * 24 * 60 * 60

export type Licence = 'none' | 'over' | 'soon' | 'good'

/** Whoever treats patients needs one: without it no emergency can be declared (B3). */
export function licenceOf({ role, licensedUntil }: Colleague, now = Date.now() / 1000): Licence | null {
  if (licensedUntil === 0) return role === 'doctor' || role === 'nurse' ? 'none' : null
  if (licensedUntil <= now) return 'over'
  return licensedUntil < now + soonSeconds ? 'soon' : 'good'
}

export const needsLicence = (colleague: Colleague): boolean => {
  const licence = licenceOf(colleague)
  return licence !== null && licence !== 'good'
}
