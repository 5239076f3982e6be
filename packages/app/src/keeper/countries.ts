import { allowCountries, allowedCountries } from '@hre/sdk'
import type { Keeper } from './api.ts'
import type { Room } from './keeper.ts'

/** Where copies of the sealed records may be, and who reads abroad (P3). */
export function countriesOf(room: Room): Pick<Keeper, 'countries' | 'allowCountries'> {
  const { actor, company } = room.present()
  return {
    async countries() {
      const [said, organisations] = await Promise.all([allowedCountries(actor), company.organisations()])
      const here = organisations.find(({ isHere }) => isHere)?.country
      const countries = said?.countries ?? (here ? [here] : [])
      const offered = new Set([...countries, ...organisations.map(({ country }) => country)])
      return {
        countries,
        readingAbroad: said?.readingAbroad ?? 'granted',
        said: said ? (said.isCurrent ? 'yes' : 'again') : 'never',
        offered: [...offered].sort(),
      }
    },
    async allowCountries(wish) {
      const { unreachable } = await allowCountries(actor, wish)
      const organisations = await company.organisations()
      return { unreachable: organisations.filter(({ account }) => unreachable.includes(account)) }
    },
  }
}
