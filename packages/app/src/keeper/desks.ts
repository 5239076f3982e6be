import type { Desks } from './desk-api.ts'
import type { Present } from './keeper.ts'
import { later } from './later.ts'

/** The places where people work. Each one's code comes when somebody first works there. */
export const desksOf = (present: () => Present): Desks => ({
  ...later(
    [
      'today',
      'findPatient',
      'declareEmergency',
      'endEmergency',
      'draft',
      'keepDraft',
      'laboratories',
      'order',
      'withdrawOrder',
      'answersSeen',
    ],
    async () => (await import('./doctor.ts')).doctorDesk(present()),
  ),
  ...later(
    [
      'worklist',
      'openOrder',
      'orderStanding',
      'colleagues',
      'testForms',
      'fileResults',
      'previewUpload',
      'fileUpload',
      'openBatch',
      'signBatch',
    ],
    async () => (await import('./laboratory.ts')).laboratoryDesk(present()),
  ),
  ...later(
    [
      'members',
      'licenseMember',
      'changeRole',
      'cutOff',
      'invite',
      'questions',
      'voteAdmission',
      'voteStanding',
      'staffEmergencies',
      'serverHealth',
      'organisations',
    ],
    async () => (await import('./administration.ts')).administrationDesk(present()),
  ),
  ...later(
    ['toReview', 'wordsOf', 'review', 'blocks', 'block', 'proofsOf', 'checkProof', 'checkLogs', 'integrity'],
    async () => (await import('./audit.ts')).auditDesk(present()),
  ),
})
