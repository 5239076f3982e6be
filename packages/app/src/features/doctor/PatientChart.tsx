import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'
import { Link } from '../../app/navigation.tsx'
import type { ChartItem, ItemKind } from '../../chart/item.ts'
import type { Chart, Hex } from '../../keeper/api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDay } from '../../ui/format.ts'
import { newestFirst, newestOfEach } from '../home/ByTopic.tsx'
import { ItemRow } from '../home/ItemRow.tsx'
import { Opening } from '../home/Opening.tsx'
import { useChart } from '../home/useChart.ts'
import { EmergencyBanner } from './EmergencyBanner.tsx'
import { NotOpen, Over } from './NotOpen.tsx'
import { ResultRow } from './ResultRow.tsx'
import { Warnings } from './Warnings.tsx'

const rowsMax = 12

/** The usual questions of four minutes, at a glance. */
export function Page() {
  const { t } = useTranslation()
  const { patient } = useParams<'/patients/:patient'>()
  const { data: chart, error, refetch, progress } = useChart(patient as Hex)
  const queries = useQueryClient()
  const again = useCallback(() => void refetch(), [refetch])
  const isOver = chart?.emergency?.until === 0
  // Whoever comes back, by a grant or another emergency, opens it anew.
  useEffect(
    () => (isOver ? () => queries.removeQueries({ queryKey: ['chart', patient] }) : undefined),
    [isOver, patient, queries],
  )
  if (isOver) return <Over patient={patient} />
  if (error instanceof Failure && error.code === 'not-found')
    return <NotOpen patient={patient} onArrived={again} />
  if (error)
    return (
      <Stack>
        <Title order={1}>{t('patients.unnamed', { code: patient.slice(2, 8) })}</Title>
        <FailureNote error={error} onRetry={again} />
      </Stack>
    )
  if (!chart) return <Opening progress={progress} text={t('chart.loading')} />
  return <Glance chart={chart} />
}

function Glance({ chart }: { chart: Chart }) {
  const { t, i18n } = useTranslation()
  const { patient, items, birthDate } = chart
  const name = chart.name ?? t('patients.unnamed', { code: patient.slice(2, 8) })
  const allergies = standing(ofKinds(items)('allergy'))
  return (
    <Stack>
      {chart.emergency && <EmergencyBanner patient={patient} until={chart.emergency.until} />}
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
          <Button component={Link} to={`/patients/${patient}/order`} size="md" variant="default">
            {t('chart.order')}
          </Button>
          <Button component={Link} to={`/patients/${patient}/ask`} size="md" variant="default">
            {t('chart.ask')}
          </Button>
        </Group>
      </Group>
      <Warnings allergies={allergies} closed={chart.closed} />
      {items.length === 0 ? <Text>{t('chart.empty')}</Text> : <Blocks chart={chart} />}
      {chart.closed > 0 && <Text c="dimmed">{t('home.closed', { count: chart.closed })}</Text>}
    </Stack>
  )
}

function Blocks({ chart: { patient, items } }: { chart: Chart }) {
  const { t } = useTranslation()
  const of = ofKinds(items)
  return (
    <div className="columns">
      <Block title={t('chart.problems')} items={standing(of('problem'))} />
      <Block title={t('chart.allergies')} items={standing(of('allergy'))} />
      <Block title={t('chart.medicines')} items={standing(of('medicine'))} />
      <Results items={of('result', 'measurement')} />
      <Orders patient={patient} orders={of('order')} />
      <Block
        title={t('chart.documents')}
        items={of('document', 'report', 'visit', 'appointment', 'imaging')}
      />
    </div>
  )
}

const ofKinds =
  (items: readonly ChartItem[]) =>
  (...kinds: ItemKind[]) =>
    newestFirst(items.filter(({ kind }) => kinds.includes(kind)))

const standing = (items: readonly ChartItem[]) => items.filter(({ isOver }) => !isOver)

/** The newest of each code with what it was before. */
function Results({ items }: { items: readonly ChartItem[] }) {
  const { t } = useTranslation()
  return (
    <Block
      title={t('chart.results')}
      items={newestOfEach(items)}
      row={(item) => (
        <ResultRow item={item} history={items.filter(({ code }) => code !== null && code === item.code)} />
      )}
    />
  )
}

/** What was ordered, what is awaited first. Answers that are shown here are not new on the day's list any more. */
function Orders({ patient, orders }: { patient: Hex; orders: readonly ChartItem[] }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const hasAnswers = orders.some(({ order }) => order === 'answered')
  useEffect(() => {
    if (!hasAnswers) return
    void keeper.answersSeen(patient).then(() => queries.invalidateQueries({ queryKey: ['today'] }))
  }, [hasAnswers, patient, queries])
  if (orders.length === 0) return null
  const awaitedFirst = [...orders].sort((a, b) => Number(a.isOver) - Number(b.isOver))
  return <Block title={t('chart.orders')} items={awaitedFirst} />
}

interface BlockParts {
  title: string
  items: readonly ChartItem[]
  row?: (item: ChartItem) => React.ReactNode
}

function Block({ title, items, row = (item) => <ItemRow item={item} withDay /> }: BlockParts) {
  const { t } = useTranslation()
  // What is out of its range comes first: it is what one must not miss.
  const notable = (item: ChartItem) => (item.standing === 'low' || item.standing === 'high' ? 0 : 1)
  const ordered = [...items].sort((a, b) => notable(a) - notable(b))
  const rows = (shown: readonly ChartItem[]) => (
    <ul className="list">
      {shown.map((item) => (
        <li key={item.record}>{row(item)}</li>
      ))}
    </ul>
  )
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
      {rows(ordered.slice(0, rowsMax))}
      {ordered.length > rowsMax && (
        <details className="fold">
          <summary>{t('home.more')}</summary>
          {rows(ordered.slice(rowsMax))}
        </details>
      )}
    </Paper>
  )
}
