import { Alert, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { IconCloudOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant } from '../../ui/format.ts'
import { RecoveryNotice } from '../recovery/RecoveryNotice.tsx'
import { ByDay } from './ByDay.tsx'
import { ByTopic } from './ByTopic.tsx'
import { Opening } from './Opening.tsx'
import { useChart } from './useChart.ts'

const staleSeconds = 10 * 60

export function PatientHome() {
  const { t, i18n } = useTranslation()
  const { data: chart, error, refetch, progress } = useChart(null)
  const [view, setView] = useState('day')
  // What an emergency leaves to be done (S10): behind the chart, and again at the next login if it fails.
  useQuery({
    queryKey: ['settled'],
    queryFn: () => keeper.settle(),
    staleTime: Infinity,
    enabled: chart !== undefined && navigator.onLine,
  })
  // Whoever looks or asks from now on shows by itself; behind the first chart, so that it holds nothing up.
  useQuery({
    queryKey: ['watching'],
    queryFn: () => keeper.watch(),
    staleTime: 0,
    enabled: chart !== undefined && !chart.isKept,
  })
  if (error)
    return (
      <Stack>
        <Title order={1}>{t('home.titleUnnamed')}</Title>
        <FailureNote error={error} onRetry={() => void refetch()} />
      </Stack>
    )
  if (!chart) return <Opening progress={progress} text={t('home.loading')} />
  // A browser that says it is online may reach nobody: after a reload it often does.
  const isOld = chart.isKept || Date.now() / 1000 - chart.at > staleSeconds || !navigator.onLine
  return (
    <Stack>
      <Title order={1}>{chart.name ? t('home.title', { name: chart.name }) : t('home.titleUnnamed')}</Title>
      <RecoveryNotice />
      {isOld && (
        <Alert icon={<IconCloudOff aria-hidden />} variant="outline">
          {t('home.offline', { when: formatInstant(i18n.language, chart.at) })}
        </Alert>
      )}
      {chart.items.length === 0 ? (
        <Text>{t('home.empty')}</Text>
      ) : (
        <>
          <SegmentedControl
            size="md"
            fullWidth
            aria-label={t('home.show')}
            value={view}
            onChange={setView}
            data={[
              { value: 'day', label: t('home.byDay') },
              { value: 'topic', label: t('home.byTopic') },
            ]}
          />
          {view === 'day' ? <ByDay items={chart.items} /> : <ByTopic items={chart.items} />}
        </>
      )}
      {chart.closed > 0 && <Text c="dimmed">{t('home.closed', { count: chart.closed })}</Text>}
    </Stack>
  )
}
