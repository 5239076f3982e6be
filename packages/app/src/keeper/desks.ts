import type { Desks } from './desk-api.ts'
import type { Present } from './keeper.ts'

/** The places where people work. Each one's code comes when somebody first works there. */
export function desksOf(present: () => Present): Desks {
  const doctor = async () => (await import('./doctor.ts')).doctorDesk(present())
  const laboratory = async () => (await import('./laboratory.ts')).laboratoryDesk(present())
  const administration = async () => (await import('./administration.ts')).administrationDesk(present())
  const audit = async () => (await import('./audit.ts')).auditDesk(present())
  return {
    today: async () => (await doctor()).today(),
    findPatient: async (finding) => (await doctor()).findPatient(finding),
    declareEmergency: async (wish) => (await doctor()).declareEmergency(wish),
    endEmergency: async (patient) => (await doctor()).endEmergency(patient),
    draft: async (patient) => (await doctor()).draft(patient),
    keepDraft: async (draft) => (await doctor()).keepDraft(draft),
    worklist: async () => (await laboratory()).worklist(),
    colleagues: async () => (await laboratory()).colleagues(),
    testForms: async () => (await laboratory()).testForms(),
    fileResults: async (wish) => (await laboratory()).fileResults(wish),
    previewUpload: async (text) => (await laboratory()).previewUpload(text),
    fileUpload: async (wish) => (await laboratory()).fileUpload(wish),
    openBatch: async (batch) => (await laboratory()).openBatch(batch),
    signBatch: async (batch) => (await laboratory()).signBatch(batch),
    members: async () => (await administration()).members(),
    licenseMember: async (wish) => (await administration()).licenseMember(wish),
    changeRole: async (wish) => (await administration()).changeRole(wish),
    cutOff: async (member) => (await administration()).cutOff(member),
    invite: async (whom) => (await administration()).invite(whom),
    questions: async () => (await administration()).questions(),
    voteAdmission: async (vote) => (await administration()).voteAdmission(vote),
    voteStanding: async (vote) => (await administration()).voteStanding(vote),
    staffEmergencies: async () => (await administration()).staffEmergencies(),
    serverHealth: async () => (await administration()).serverHealth(),
    toReview: async () => (await audit()).toReview(),
    wordsOf: async (declaration) => (await audit()).wordsOf(declaration),
    review: async (finding) => (await audit()).review(finding),
    blocks: async (from) => (await audit()).blocks(from),
    block: async (number) => (await audit()).block(number),
    proofsOf: async (manifest) => (await audit()).proofsOf(manifest),
    checkProof: async (text) => (await audit()).checkProof(text),
    checkLogs: async () => (await audit()).checkLogs(),
    integrity: async () => (await audit()).integrity(),
    organisations: async () => (await administration()).organisations(),
  }
}
