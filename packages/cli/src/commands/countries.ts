import { readingsAbroad, type PatientCountries, type ReadingAbroad } from '@hre/protocol'
import { allowCountries, allowedCountries } from '@hre/sdk'
import { Option, type Command } from 'commander'
import { contextOf } from '../context.ts'
import { usageError } from '../errors.ts'
import { parseCountries } from '../options/countries.ts'
import { actorOf, nameOfAccount, runningExchange } from '../running.ts'

interface CountriesOptions {
  as?: string
  reading?: ReadingAbroad
}

export function addCountries(program: Command): void {
  program
    .command('countries [country...]')
    .description(
      'say in which countries copies of your sealed records may be kept; without any, tell what you said',
    )
    .option('--as <name>', 'the patient who is acting')
    .addOption(
      new Option('--reading <when>', 'whether doctors in other countries may open what you let them').choices(
        readingsAbroad,
      ),
    )
    .addHelpText('after', '\nCountries have two letters (IN, DE); `none` keeps records where they were made.')
    .action(async (words: string[], options: CountriesOptions, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      const wished = parseCountries(words)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const before = await allowedCountries(actor)
      if (!wished && !options.reading) {
        output.value({ countries: before ?? null })
        output.line(before ? sentenceOf(before) : nothingSaid)
        if (before && !before.isCurrent) output.note('Another key signed this than signs now: say it again.')
        return
      }
      const countries = wished ?? before?.countries
      if (!countries)
        throw usageError('Say the countries as well', 'As in `hre countries IN --reading never`')
      const said = {
        countries,
        readingAbroad: options.reading ?? before?.readingAbroad ?? 'granted',
      }
      const { unreachable } = await allowCountries(actor, said)
      output.value({ ...said, unreachable })
      output.line(sentenceOf(said))
      for (const account of unreachable)
        output.note(`${nameOfAccount(exchange, account)} could not be told; the others pass it on.`)
    })
}

const nothingSaid =
  'You said nothing yet: copies stay in the country of the hospital that made a record, and whom you let may read from anywhere.'

const readingWords: Record<ReadingAbroad, string> = {
  never: 'Nobody in another country opens them',
  emergency: 'In another country they are opened in an emergency alone',
  granted: 'Whom you let may open them from any country',
}

function sentenceOf({ countries, readingAbroad }: Pick<PatientCountries, 'countries' | 'readingAbroad'>) {
  const where =
    countries.length === 0
      ? 'Your sealed records stay with the hospital that made them'
      : `Copies of your sealed records may be kept in ${[...countries].sort().join(', ')}`
  return `${where}. ${readingWords[readingAbroad]}.`
}
