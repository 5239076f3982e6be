import { Alert, Badge, Paper, Stack, Switch, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Visit } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant, formatList, nameOfOrganisation, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { Emergencies } from './Emergencies.tsx'

/** Who looked, or tried to, at every organisation; newest first. */
export function Page() {
  const { t, i18n } = useTranslation()
  const [showsOwn, setShowsOwn] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['visits'],
    queryFn: () => keeper.visits(),
    staleTime: 0,
  })
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('visits.loading')} />
  const visits = data.visits.filter(({ isOwn }) => showsOwn || !isOwn)
  const away = formatList(
    i18n.language,
    data.unreachable.map((organisation) => nameOfOrganisation(t, organisation)),
  )
  return (
    <Stack>
      <Title order={1}>{t('visits.title')}</Title>
      {data.unreachable.length > 0 && (
        <Alert color="orange" variant="outline" role="status">
          {t('visits.unreachable', { names: away })}
        </Alert>
      )}
      <Emergencies />
      <Switch
        size="md"
        label={t('visits.own')}
        checked={showsOwn}
        onChange={(event) => setShowsOwn(event.currentTarget.checked)}
      />
      {visits.length === 0 && <Text>{t('visits.none')}</Text>}
      {visits.length > 0 && (
        <Paper withBorder p="xs">
          <ul className="list">
            {visits.map((visit, index) => (
              <OneVisit key={index} visit={visit} />
            ))}
          </ul>
        </Paper>
      )}
    </Stack>
  )
}

function OneVisit({ visit }: { visit: Visit }) {
  const { t, i18n } = useTranslation()
  const isRefused = !visit.decision.startsWith('Permitted')
  return (
    <li className="row">
      <span className="grow">
        <Text span display="block">
          <Text span fw={650}>
            {nameOfReader(t, visit.reader)}
          </Text>{' '}
          {isRefused ? t('visits.refused') : t('visits.looked', { count: visit.records })}
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
