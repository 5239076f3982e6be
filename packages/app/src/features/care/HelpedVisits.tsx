import { Alert, Paper, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatList, nameOfOrganisation } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { OneVisit } from '../visitors/OneVisit.tsx'
import { useHelpedName } from './Acting.tsx'
import { HelpedFrame, usePatient } from './HelpedFrame.tsx'

/** Who looked at the records of somebody who is looked after; newest first. */
export function Page() {
  return (
    <HelpedFrame at="visits">
      <Visits />
    </HelpedFrame>
  )
}

function Visits() {
  const { t, i18n } = useTranslation()
  const patient = usePatient()
  const name = useHelpedName(patient)
  const { data, error, refetch } = useQuery({
    queryKey: ['visits', patient],
    queryFn: () => keeper.visitsOfHelped(patient),
    // Looking is written down as well.
    staleTime: 60_000,
  })
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('visits.loading')} />
  const away = data.unreachable.map((organisation) => nameOfOrganisation(t, organisation))
  return (
    <>
      <Title order={1}>{t('helped.visitsTitle', { name })}</Title>
      {away.length > 0 && (
        <Alert color="orange" variant="outline" role="status">
          {t('visits.unreachable', { names: formatList(i18n.language, away) })}
        </Alert>
      )}
      {data.visits.length === 0 ? (
        <Text>{t('visits.none')}</Text>
      ) : (
        <Paper withBorder p="xs">
          <ul className="list">
            {data.visits.map((visit, index) => (
              <OneVisit key={index} visit={visit} />
            ))}
          </ul>
        </Paper>
      )}
    </>
  )
}
