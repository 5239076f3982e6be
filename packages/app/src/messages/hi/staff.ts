import type { StaffTranslation } from '../en/staff.ts'
import { audit } from './audit.ts'
import { doctor } from './doctor.ts'
import { glass } from './glass.ts'
import { laboratory } from './laboratory.ts'
import { organisation } from './organisation.ts'

export const staff: StaffTranslation = {
  ...doctor,
  ...glass,
  ...laboratory,
  ...organisation,
  ...audit,
  failure: { ...glass.failure, ...laboratory.failure, ...organisation.failure, ...audit.failure },
}
