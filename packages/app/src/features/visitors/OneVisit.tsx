import { Badge, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Visit } from '../../keeper/api.ts'
import { formatInstant, nameOfOrganisation, nameOfReader } from '../../ui/format.ts'

/** One look at a chart, or one refusal, as a line. */
export function OneVisit({ visit }: { visit: Visit }) {
  const { t, i18n } = useTranslation()
  const isRefused = !visit.decision.startsWith('Permitted')
  return (
    <li className="row">
      <span className="grow">
        <Text span display="block">
          <Text span fw={650}>
            {nameOfReader(t, visit.reader)}
          </Text>{' '}
          {isRefused
            ? t('visits.refused')
            : visit.isOfList
              ? t('visits.list')
              : t('visits.looked', { count: visit.records })}
        </Text>
        <Text span display="block" size="sm" c="dimmed">
          {t('visits.at', {
            when: formatInstant(i18n.language, visit.at),
            where: nameOfOrganisation(t, visit.organisation),
            purpose: t(`sharing.purpose.${visit.purpose}`),
          })}
        </Text>
      </span>
      {isRefused && (
        <Badge color="orange" variant="outline" tt="none" size="lg">
          {t('visits.refusedMark')}
        </Badge>
      )}
      {visit.isEmergency && (
        <Badge color="red" variant="outline" tt="none" size="lg">
          {t('visits.emergencyMark')}
        </Badge>
      )}
    </li>
  )
}
