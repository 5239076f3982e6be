import type { StaffTranslation } from '../en/staff.ts'
import { doctor } from './doctor.ts'
import { glass } from './glass.ts'

export const staff: StaffTranslation = { ...doctor, ...glass }
