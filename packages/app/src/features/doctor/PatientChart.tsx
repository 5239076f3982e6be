import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ChartItem, ItemKind } from '../../chart/item.ts'
import type { Chart, Hex } from '../../keeper/api.ts'
import { Failure } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDay } from '../../ui/format.ts'
import { newestFirst, newestOfEach } from '../home/ByTopic.tsx'
import { ItemRow } from '../home/ItemRow.tsx'
import { Opening } from '../home/Opening.tsx'
import { useChart } from '../home/useChart.ts'

const rowsMax = 12

/** The usual questions of four minutes, at a glance. */
export function Page() {
  const { t } = useTranslation()
  const { patient } = useParams({ from: '/patients/$patient' })
  const { data: chart, error, refetch, progress } = useChart(patient as Hex)
  if (error instanceof Failure && error.code === 'not-found') return <NotOpen patient={patient} />
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!chart) return <Opening progress={progress} text={t('chart.loading')} />
  return <Glance chart={chart} />
}

function Glance({ chart }: { chart: Chart }) {
  const { t, i18n } = useTranslation()
  const { patient, items, birthDate } = chart
  const of = (...kinds: ItemKind[]) => newestFirst(items.filter(({ kind }) => kinds.includes(kind)))
  const standing = (kind: ItemKind) => of(kind).filter(({ isOver }) => !isOver)
  const name = chart.name ?? t('patients.unnamed', { code: patient.slice(2, 8) })
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={1}>{t('chart.title', { name })}</Title>
          {birthDate && (
            <Text c="dimmed">{t('chart.born', { date: formatDay(i18n.language, birthDate) })}</Text>
          )}
        </div>
        <Group>
          <Button component={Link} to={`/patients/${patient}/note`} size="md">
            {t('chart.note')}
          </Button>
          <Button component={Link} to={`/patients/${patient}/ask`} size="md" variant="default">
            {t('chart.ask')}
          </Button>
        </Group>
      </Group>
      <div className="columns">
        <Block title={t('chart.problems')} items={standing('problem')} />
        <Block title={t('chart.allergies')} items={standing('allergy')} />
        <Block title={t('chart.medicines')} items={standing('medicine')} />
        <Block title={t('chart.results')} items={newestOfEach(of('result', 'measurement'))} />
        <Block title={t('chart.documents')} items={of('document', 'report', 'visit', 'imaging')} />
      </div>
      {chart.closed > 0 && <Text c="dimmed">{t('home.closed', { count: chart.closed })}</Text>}
    </Stack>
  )
}

function Block({ title, items }: { title: string; items: readonly ChartItem[] }) {
  const { t } = useTranslation()
  // What is out of its range comes first: it is what one must not miss.
  const notable = (item: ChartItem) => (item.standing === 'low' || item.standing === 'high' ? 0 : 1)
  const ordered = [...items].sort((a, b) => notable(a) - notable(b))
  return (
    <Paper withBorder p="xs" component="section" aria-label={title}>
      <Title order={2} size="h4" px="sm" py="xs">
        {title}
      </Title>
      {items.length === 0 && (
        <Text px="sm" pb="sm">
          {t('home.none')}
        </Text>
      )}
      <ul className="list">
        {ordered.slice(0, rowsMax).map((item) => (
          <li key={item.record}>
            <ItemRow item={item} withDay />
          </li>
        ))}
      </ul>
      {ordered.length > rowsMax && (
        <details className="fold">
          <summary>{t('home.more')}</summary>
          <ul className="list">
            {ordered.slice(rowsMax).map((item) => (
              <li key={item.record}>
                <ItemRow item={item} withDay />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Paper>
  )
}

function NotOpen({ patient }: { patient: string }) {
  const { t } = useTranslation()
  return (
    <Alert role="status" color="orange" variant="outline" title={t('chart.notOpen')}>
      <Stack align="flex-start">
        <Text>{t('chart.notOpenWhy')}</Text>
        <Button component={Link} to={`/patients/${patient}/ask`} size="md">
          {t('chart.ask')}
        </Button>
      </Stack>
    </Alert>
  )
}
