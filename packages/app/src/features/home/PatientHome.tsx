import { Alert, Button, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { IconCloudOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, memo, Suspense, useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { ChartItem } from '../../chart/item.ts'
import type { Chart } from '../../keeper/api.ts'
import { useNews } from '../../app/news.ts'
import { keeper } from '../../keeper/client.ts'
import { saying } from '../../messages/messages.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant } from '../../ui/format.ts'
import { RecoveryNotice } from '../recovery/RecoveryNotice.tsx'
import { ByDay } from './ByDay.tsx'
import { ByTopic } from './ByTopic.tsx'
import { Opening } from './Opening.tsx'
import { useChart } from './useChart.ts'

const SayAgain = lazy(saying('countries', () => import('../countries/SayAgain.tsx')))

const staleSeconds = 10 * 60

export function PatientHome() {
  const { t, i18n } = useTranslation()
  const { data: chart, error, refetch, progress } = useChart(null)
  // What an emergency leaves to be done (S10): behind the chart, and again at the next login if it fails.
  useQuery({
    queryKey: ['settled'],
    queryFn: () => keeper.settle(),
    staleTime: Infinity,
    enabled: chart !== undefined && navigator.onLine,
  })
  // When another key signs than before (P4).
  const { data: repeat } = useQuery({
    queryKey: ['repeat'],
    queryFn: () => keeper.countriesToRepeat(),
    staleTime: 0,
    gcTime: 0,
    enabled: chart !== undefined && !chart.isKept,
  })
  useNews(chart !== undefined && !chart.isKept)
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
      <Group justify="space-between">
        <Title order={1}>{chart.name ? t('home.title', { name: chart.name }) : t('home.titleUnnamed')}</Title>
        <Button component={Link} to="/add" size="md" variant="default">
          {t('home.add')}
        </Button>
      </Group>
      <RecoveryNotice />
      {repeat && (
        <Suspense>
          <SayAgain wish={repeat} />
        </Suspense>
      )}
      {isOld && (
        <Alert icon={<IconCloudOff aria-hidden />} variant="outline">
          {t('home.offline', { when: formatInstant(i18n.language, chart.at) })}
        </Alert>
      )}
      <Records chart={chart} empty={t('home.empty')} />
    </Stack>
  )
}

const Days = memo(ByDay)
const Topics = memo(ByTopic)

/** What a chart holds, by day or by topic, and how much of it is closed. */
export function Records({ chart, empty }: { chart: Chart; empty: string }) {
  const { t } = useTranslation()
  return (
    <>
      {chart.items.length === 0 ? <Text>{empty}</Text> : <Views items={chart.items} />}
      {chart.closed > 0 && <Text c="dimmed">{t('home.closed', { count: chart.closed })}</Text>}
    </>
  )
}

function Views({ items }: { items: readonly ChartItem[] }) {
  const { t } = useTranslation()
  const [view, setView] = useState('day')
  // The choice shows at once, the hundreds of rows when they are drawn.
  const drawn = useDeferredValue(view)
  return (
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
      {drawn === 'day' ? <Days items={items} /> : <Topics items={items} />}
    </>
  )
}
