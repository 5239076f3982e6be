import {
  contestEmergency,
  emergencyWords,
  endEmergencyCard,
  listEmergencies,
  listMarked,
  makeEmergencyCard,
  markForEmergency,
  settleEmergencies,
  unmarkForEmergency,
} from '@hre/sdk'
import { emergencyOutcomes, emergencyReasons, nameOf } from '@hre/protocol'
import { topicNames, type Topic } from '../chart/topics.ts'
import type { Hex, Keeper, OrganisationInfo } from './api.ts'
import type { Room } from './keeper.ts'

const cardNote = 'emergency-card'

type EmergencyCare = Pick<
  Keeper,
  | 'marked'
  | 'mark'
  | 'unmark'
  | 'emergencyCard'
  | 'makeCard'
  | 'endCard'
  | 'emergencies'
  | 'contest'
  | 'settle'
>

/** What may be opened in an emergency, the card that finds its owner, and what came of it. */
export function emergencyCareOf(room: Room): EmergencyCare {
  const { actor, company, notes } = room.present()
  const idOf = (topic: Topic) => actor.keyring.compartmentId(topic)
  const topicOf = (id: string) => topicNames.find((topic) => idOf(topic) === id)

  async function organisations(accounts: readonly string[]): Promise<OrganisationInfo[]> {
    return (await company.organisations()).filter(({ account }) => accounts.includes(account))
  }
  const markedTopics = async () =>
    (await listMarked(actor)).marked.flatMap(({ compartment }) => topicOf(compartment) ?? [])

  return {
    async marked() {
      const { marked } = await listMarked(actor)
      const [first] = marked
      const held = marked.map(({ heldBy }) => heldBy.length)
      return {
        topics: marked.flatMap(({ compartment }) => topicOf(compartment) ?? []),
        trustees: await organisations(first?.trustees ?? []),
        threshold: first?.threshold ?? 0,
        // As many as hold a good share of every part.
        heldBy: Math.min(...held, first?.trustees.length ?? 0),
        candidates: await company.organisations(),
      }
    },
    async mark({ topics, trustees, threshold }) {
      const before = await markedTopics()
      await markForEmergency(actor, { compartments: topics.map(idOf), trustees, threshold })
      const left = before.filter((topic) => !topics.includes(topic))
      if (left.length > 0) await unmarkForEmergency(actor, left.map(idOf))
      return null
    },
    async unmark() {
      await unmarkForEmergency(actor, (await markedTopics()).map(idOf))
      return null
    },
    async emergencyCard() {
      return (await notes.read<string | null>(cardNote)) ?? null
    },
    async makeCard() {
      const { text, unreachable } = await makeEmergencyCard(actor, new URL(room.gatewayUrl).host)
      await notes.write(cardNote, text)
      return { text, unreachable: await organisations(unreachable) }
    },
    async endCard() {
      const { unreachable } = await endEmergencyCard(actor)
      await notes.write(cardNote, null)
      return { unreachable: await organisations(unreachable) }
    },
    async emergencies() {
      const all = await listEmergencies(actor)
      return Promise.all(
        all.map(async ({ declaration, member, reason, declaredAt, until, closed, contested, outcome }) => {
          const words = await emergencyWords(actor, declaration)
          return {
            declaration,
            reader: await company.reader(member as Hex),
            reason: nameOf(emergencyReasons, reason),
            words: words.reason?.text ?? null,
            at: declaredAt,
            until,
            isOpen: !closed && until > Date.now() / 1000,
            isContested: contested,
            outcome: outcome === 0 ? null : nameOf(emergencyOutcomes, outcome),
          }
        }),
      )
    },
    async contest({ declaration, words }) {
      await contestEmergency(actor, { declaration, words })
      return null
    },
    async settle() {
      await settleEmergencies(actor)
      return null
    },
  }
}
