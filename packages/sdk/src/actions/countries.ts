import { patientCountriesTypedData, type PatientCountries, type ReadingAbroad } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { askEveryGateway } from '../gateways.ts'

/**
 * Says in which countries copies of the actor's sealed records may be (P3), to every organisation's gateway. The newest word counts; after a
 * change of the actor's signer it is to be said again.
 *
 * @param wish - `countries`: ISO 3166-1 alpha-2; none: only with the organisation that committed a record.
 * @returns the organisations that could not be told: gateways pass it on, and saying it again does no harm.
 */
export async function allowCountries(
  actor: Actor,
  wish: { countries: readonly string[]; readingAbroad: ReadingAbroad },
): Promise<{ unreachable: Address[] }> {
  const now = Math.floor(Date.now() / 1000)
  const before = await allowedCountries(actor)
  const said: PatientCountries = {
    patient: actor.account,
    countries: [...wish.countries],
    readingAbroad: wish.readingAbroad,
    // Newer than the last word also within its second.
    issuedAt: Math.max(now, (before?.issuedAt ?? 0) + 1),
  }
  const signature = await actor.identity.sign(patientCountriesTypedData(actor.deployment, said))
  const { unreachable } = await askEveryGateway(actor, (session) =>
    session.call('setCountries', { body: { ...said, signature } }),
  )
  return { unreachable }
}

/**
 * What the actor said last about countries, as their gateway knows it; undefined when nothing. `isCurrent` is false when another key
 * signed it than the actor has now: then it is to be said again (P4).
 */
export async function allowedCountries(
  actor: Actor,
): Promise<(PatientCountries & { isCurrent: boolean }) | undefined> {
  const { countries, isCurrent } = await actor.session.call('getCountries', {})
  return countries ? { ...countries, isCurrent } : undefined
}
