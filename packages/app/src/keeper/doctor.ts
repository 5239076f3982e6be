import { declaringRoles, roles } from '@hre/protocol'
import { accountOf, declareEmergency, findByCard, findByNumber, hospitalNumberSystem } from '@hre/sdk'
import type { Hex } from './api.ts'
import { changeKept } from './change.ts'
import type { DatedAppointment, DoctorDesk, Draft, RememberedPatient } from './desk-api.ts'
import type { Present } from './keeper.ts'
import { ordersOf } from './orders.ts'
import { SealedShelf } from './sealed.ts'
import { sharingOf } from './sharing.ts'

const draftsName = 'drafts'
/** An appointment stays on the day's list for this long after its beginning. */
const appointmentSeconds = 12 * 60 * 60

/** Doctors, nurses and whoever else treats patients. */
export function doctorDesk(present: Present): DoctorDesk {
  const { actor, charts } = present
  const shelf = new SealedShelf(actor)
  const { ordered, ...orders } = ordersOf(present)
  const drafts = async () => (await shelf.read<Draft[]>(draftsName)) ?? []

  return {
    ...orders,
    async today() {
      const [{ role }, known, patients, kept, room, ownOrders] = await Promise.all([
        accountOf(actor, actor.account),
        charts.remembered(),
        sharingOf(present).patients(),
        drafts(),
        charts.emergencies(),
        ordered(),
      ])
      const named = <Row extends { patient: Hex }>(row: Row): Row & RememberedPatient => {
        const { name = null, birthDate = null } = known[row.patient] ?? {}
        return { ...row, name, birthDate }
      }
      const mayDeclare = declaringRoles.some((name) => roles[name] === role)
      return {
        mayDeclare,
        emergencies: mayDeclare
          ? (await room.open()).map(({ declaration, patient, until }) =>
              named({ declaration, patient: patient as Hex, until }),
            )
          : [],
        patients: patients.map(named),
        drafts: kept.map(named),
        // What was answered is read first.
        orders: ownOrders
          .map(named)
          .sort((a, b) => Number(b.isAnswered) - Number(a.isAnswered) || a.at - b.at),
        appointments: Object.entries(known)
          .flatMap(([patient, { name, appointments }]) =>
            appointments.map((appointment): DatedAppointment => ({
              ...appointment,
              patient: patient as Hex,
              name,
            })),
          )
          .filter(({ start }) => Date.parse(start) / 1000 > Date.now() / 1000 - appointmentSeconds)
          .sort((a, b) => Date.parse(a.start) - Date.parse(b.start)),
      }
    },
    async findPatient(finding) {
      if (finding.by === 'card') return findByCard(actor, finding.text)
      return findByNumber(actor, { system: hospitalNumberSystem, value: finding.number })
    },
    async declareEmergency({ patient, reason, words, minutes }) {
      const { emergency } = await declareEmergency(actor, {
        patient,
        reason,
        words,
        durationSeconds: minutes * 60,
      })
      const { name = null, birthDate = null } = (await charts.remembered())[patient] ?? {}
      return { declaration: emergency.declaration, patient, until: emergency.until, name, birthDate }
    },
    async endEmergency(patient) {
      await (await charts.emergencies()).end(patient)
      return null
    },
    async draft(patient) {
      return (await drafts()).find((draft) => draft.patient === patient) ?? null
    },
    async keepDraft({ patient, title, text }) {
      const at = Math.floor(Date.now() / 1000)
      await changeKept<Draft[]>(shelf, draftsName, (kept = []) => {
        const others = kept.filter((draft) => draft.patient !== patient)
        return text === '' ? others : [...others, { patient, title, text, at }]
      })
      return null
    },
  }
}
