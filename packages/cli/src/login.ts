import { councilOf, finishRevocations, settleEmergencies, type Actor } from '@hre/sdk'
import type { Hex } from 'viem'
import { problemOf } from './errors.ts'
import { partNames } from './parts.ts'

/**
 * What a patient's machine does before anything else: after an emergency the keys change (S10), and after somebody who looks after
 * the patient took a permission back (C13); a recovery that the owner may not want is told (D17). A failure is said and does not stand in the way of the command; the next login tries again.
 */
export async function afterLogin(actor: Actor): Promise<void> {
  const say = (text: string) => process.stderr.write(`${text}\n`)
  try {
    const { rotated } = await settleEmergencies(actor)
    const name: (compartment: Hex) => string = partNames(actor, actor.account)
    const finished = await finishRevocations(actor)
    const { recoveries } = await councilOf(actor)
    if (recoveries.some(({ state }) => state === 'under way'))
      say('Guardians are giving your account new keys. If it was not you who asked: `hre guardians veto`.')
    if (finished.length > 0)
      say(`After a permission was taken back: ${finished.map(name).join(', ')} has a new key.`)
    if (rotated.length > 0) say(`After an emergency: ${rotated.map(name).join(', ')} has a new key.`)
  } catch (error) {
    const { title, code } = problemOf(error)
    // Whoever has no chart yet has nothing to settle.
    if (code !== 'not-found') say(`Keys that are to be changed were not: ${title}.`)
  }
}
