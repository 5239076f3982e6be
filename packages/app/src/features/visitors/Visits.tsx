import { Alert, Paper, Stack, Switch, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatList, nameOfOrganisation } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { Emergencies } from './Emergencies.tsx'
import { OneVisit } from './OneVisit.tsx'

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
