import type { Desks } from './desk-api.ts'
import type { Present } from './keeper.ts'

/** The places where people work. Each one's code comes when somebody first works there. */
export function desksOf(present: () => Present): Desks {
  const doctor = async () => (await import('./doctor.ts')).doctorDesk(present())
  return {
    today: async () => (await doctor()).today(),
    findPatient: async (finding) => (await doctor()).findPatient(finding),
    declareEmergency: async (wish) => (await doctor()).declareEmergency(wish),
    endEmergency: async (patient) => (await doctor()).endEmergency(patient),
    draft: async (patient) => (await doctor()).draft(patient),
    keepDraft: async (draft) => (await doctor()).keepDraft(draft),
  }
}
