import type { StaffTranslation } from '../en/staff.ts'
import { doctor } from './doctor.ts'
import { glass } from './glass.ts'
import { laboratory } from './laboratory.ts'

export const staff: StaffTranslation = {
  ...doctor,
  ...glass,
  ...laboratory,
  failure: { ...glass.failure, ...laboratory.failure },
}
