import {
  emergencyOutcomes,
  emergencyReasons,
  nameOf,
  roles,
  type EmergencyOutcome,
  type EmergencyReason,
  type EmergencyView,
  type Role,
} from '@hre/protocol'
import {
  chainThrough,
  changeRole,
  cutOffMember,
  inviteMember,
  invitePatient,
  licenseMember,
  listEmergencies,
  listMembers,
  listOpenVotes,
  voteAdmission,
  voteStanding,
} from '@hre/sdk'
import type { Hex } from './api.ts'
import type { Company } from './company.ts'
import type { AdministrationDesk, StaffEmergency } from './desk-api.ts'
import type { Present } from './keeper.ts'

/** Those who answer for an organisation's people and its place among the others. */
export function administrationDesk({ actor, company }: Present): AdministrationDesk {
  return {
    async members() {
      const members = await listMembers(actor)
      return members.map(({ account, name, role, licensedUntil, registered }) => ({
        account: account as Hex,
        name,
        role: nameOf(roles, role) as Role,
        licensedUntil,
        hasJoined: registered,
      }))
    },
    async licenseMember({ member, until }) {
      await licenseMember(actor, member, until)
      return null
    },
    async changeRole({ member, role, licensedUntil }) {
      await changeRole(actor, member, { role, licensedUntil })
      return null
    },
    async cutOff(member) {
      await cutOffMember(actor, member)
      return null
    },
    async invite(whom) {
      const { secret, expiresAt } =
        'role' in whom ? await inviteMember(actor, whom) : await invitePatient(actor, whom.patientNumber)
      return { secret: secret as Hex, expiresAt }
    },
    async questions() {
      const open = await listOpenVotes(chainThrough(actor.session), actor.deployment)
      return Promise.all(
        open.map(async ({ organisation, votes, threshold, voters, ...about }) => ({
          organisation: organisation as Hex,
          name: (await company.organisation(organisation))?.name ?? null,
          about:
            'admission' in about
              ? { kind: 'admission' as const, as: about.admission.kind, country: about.admission.country }
              : { kind: 'standing' as const, change: about.change },
          votes,
          threshold,
          hasVoted: voters.includes(actor.organisation),
        })),
      )
    },
    async voteAdmission(vote) {
      await voteAdmission(actor, vote)
      return null
    },
    async voteStanding({ organisation, change }) {
      await voteStanding(actor, organisation, change)
      return null
    },
    organisations: () => company.organisations(),
    async staffEmergencies() {
      const emergencies = await listEmergencies(actor, 'organisation')
      return Promise.all(emergencies.map((emergency) => staffEmergency(company, emergency)))
    },
    async serverHealth() {
      company.lookAgain()
      const [status, { rounds }, answering, all] = await Promise.all([
        actor.session.client.call('getStatus', {}),
        actor.session.call('getIntegrity', {}),
        company.sessions(),
        company.organisations(),
      ])
      const last = rounds.find(({ finishedAt }) => finishedAt !== null)
      const { chainBlock, followedBlock, queued, records, receipts, refusals, anchors } = status
      return {
        registerBlock: chainBlock,
        readBlock: followedBlock,
        queued,
        records,
        receipts,
        refusals,
        anchors,
        files: last
          ? { at: last.finishedAt!, files: last.files, repaired: last.repaired, unrepaired: last.unrepaired }
          : null,
        others: all
          .filter(({ isHere }) => !isHere)
          .map((organisation) => ({
            organisation,
            answers: answering.some((one) => one.organisation.account === organisation.account),
          })),
      }
    },
  }
}

/** An emergency in names. */
export async function staffEmergency(company: Company, view: EmergencyView): Promise<StaffEmergency> {
  const { declaration, member, patient, reason, declaredAt, until, outcome, contested } = view
  return {
    declaration,
    member: await company.reader(member as Hex),
    patient: patient as Hex,
    reason: nameOf(emergencyReasons, reason) as EmergencyReason,
    declaredAt,
    until,
    outcome: outcome === 0 ? null : (nameOf(emergencyOutcomes, outcome) as EmergencyOutcome),
    isContested: contested,
  }
}
