import { Text } from '@mantine/core'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { CountryWish, OrganisationInfo } from '../../keeper/api.ts'
import { formatCountry, formatList, nameOfOrganisation } from '../../ui/format.ts'

/** What a choice means, in sentences. */
export function sentenceOf(
  t: TFunction,
  language: string,
  { countries, readingAbroad }: CountryWish,
): string {
  const named = formatList(
    language,
    [...countries].sort().map((country) => formatCountry(language, country)),
  )
  const where = countries.length === 0 ? t('countries.nowhere') : t('countries.kept', { countries: named })
  return `${where} ${t(`countries.${readingAbroad}Sentence`)}`
}

/** It was said; who could not be told is named. */
export function Saved({ unreachable }: { unreachable: readonly OrganisationInfo[] }) {
  const { t, i18n } = useTranslation()
  const names = formatList(
    i18n.language,
    unreachable.map((organisation) => nameOfOrganisation(t, organisation)),
  )
  return (
    <Text role="status" fw={600}>
      {unreachable.length === 0 ? t('countries.saved') : t('countries.almost', { names })}
    </Text>
  )
}
