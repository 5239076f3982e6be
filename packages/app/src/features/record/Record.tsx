import { Alert, Button, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'
import { useStatus } from '../../app/status.ts'
import type { ChartItem } from '../../chart/item.ts'
import type { Chart } from '../../keeper/api.ts'
import { saying } from '../../messages/messages.ts'
import { useAddedBy } from '../../ui/addedBy.ts'
import { formatDay, formatValue, localeOf, nameOfOrganisation, titleOf } from '../../ui/format.ts'
import { Trend } from '../../ui/Trend.tsx'
import { Acting } from '../care/Acting.tsx'
import { Standing } from '../home/ItemRow.tsx'
import { ProofPanel } from './ProofPanel.tsx'

const DocumentView = lazy(saying('own', () => import('../own/DocumentView.tsx')))
const OrderParts = lazy(saying('orders', () => import('./OrderParts.tsx')))
const Remove = lazy(saying('own', () => import('../own/Remove.tsx')))

/** One record of a chart that is open: what it says, how it went over time, and that nobody changed it. */
export function Page() {
  const { t, i18n } = useTranslation()
  const { data: status } = useStatus()
  const { record } = useParams<'/record/:record'>()
  const charts = useQueryClient().getQueriesData<Chart>({ queryKey: ['chart'] })
  const chart = charts
    .map(([, data]) => data)
    .find((data) => data?.items.some((item) => item.record === record))
  const item = chart?.items.find((candidate) => candidate.record === record)
  const back = (
    <Button
      variant="subtle"
      size="md"
      me="auto"
      leftSection={<IconArrowLeft aria-hidden />}
      onClick={() => history.back()}
    >
      {t('back')}
    </Button>
  )
  if (!chart || !item)
    return (
      <Stack>
        {back}
        <Text>{t('record.missing')}</Text>
      </Stack>
    )
  const title = titleOf(t, i18n.exists, item)
  // Kilograms and pounds are no one line.
  const earlier =
    item.code && item.value
      ? chart.items.filter(({ code, value }) => code === item.code && value?.unit === item.value?.unit)
      : []
  const organisation = chart.organisations.find(({ account }) => account === item.organisation) ?? null
  return (
    // Another record is another page, also where it is called the same.
    <Stack key={record}>
      {chart.isHelped && <Acting patient={chart.patient} />}
      {back}
      <div>
        <Text c="dimmed">{t(`kind.${item.kind}`)}</Text>
        <Title order={1}>{title}</Title>
      </div>
      {item.status !== 'live' && (
        <Alert color="orange" variant="outline">
          {t(`record.status.${item.status}`)}
        </Alert>
      )}
      <Facts item={item} from={nameOfOrganisation(t, organisation)} />
      {item.details.map((line, index) => (
        <Paper key={index} withBorder p="md">
          <Text className="note">{line}</Text>
        </Paper>
      ))}
      {(item.order || item.basedOn) && (
        <Suspense>
          <OrderParts key={`order ${item.record}`} item={item} items={chart.items} />
        </Suspense>
      )}
      {item.hasDocument && (
        <Suspense>
          <DocumentView key={item.record} record={item.record} title={title} />
        </Suspense>
      )}
      {earlier.length > 1 && <History items={earlier} title={title} />}
      <ProofPanel record={item.record} />
      {item.isPatientsOwn && item.author === status?.account && (
        <Suspense>
          <Remove key={`remove ${item.record}`} record={item.record} />
        </Suspense>
      )}
    </Stack>
  )
}

function Facts({ item, from }: { item: ChartItem; from: string }) {
  const { t, i18n } = useTranslation()
  const addedBy = useAddedBy(item)
  const { language } = i18n
  return (
    <Table variant="vertical" layout="fixed" withTableBorder>
      <Table.Tbody>
        {item.value && (
          <Table.Tr>
            <Table.Th scope="row">{t('record.value')}</Table.Th>
            <Table.Td>
              <Text fw={650} size="lg">
                {formatValue(language, item)}
              </Text>
              <Standing standing={item.standing} />
            </Table.Td>
          </Table.Tr>
        )}
        {item.range && (
          <Table.Tr>
            <Table.Th scope="row">{t('record.range')}</Table.Th>
            <Table.Td>{rangeText(t, language, item)}</Table.Td>
          </Table.Tr>
        )}
        {item.date && (
          <Table.Tr>
            <Table.Th scope="row">{t('record.when')}</Table.Th>
            <Table.Td>{formatDay(language, item.date)}</Table.Td>
          </Table.Tr>
        )}
        <Table.Tr>
          <Table.Th scope="row">{t('record.from')}</Table.Th>
          <Table.Td>{addedBy || from}</Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  )
}

function rangeText(
  t: ReturnType<typeof useTranslation>['t'],
  language: string,
  { range, value }: ChartItem,
): string {
  if (!range) return ''
  const number = new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: 2 })
  const low = range.low === null ? '' : number.format(range.low)
  const high = range.high === null ? '' : number.format(range.high)
  const form = low && high ? 'rangeBetween' : high ? 'rangeBelow' : 'rangeAbove'
  const text = low || high ? t(`record.${form}`, { low, high }) : range.text
  return value?.unit && (low || high) ? `${text} ${value.unit}` : text
}

function History({ items, title }: { items: readonly ChartItem[]; title: string }) {
  const { t, i18n } = useTranslation()
  const newest = [...items].sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1))
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4">
        {t('record.trend')}
      </Title>
      <Trend items={items} title={title} />
      <details className="fold">
        <summary>{t('trend.table')}</summary>
        <Table>
          <Table.Tbody>
            {newest.map((item) => (
              <Table.Tr key={item.record}>
                <Table.Th scope="row">{item.date ? formatDay(i18n.language, item.date) : ''}</Table.Th>
                <Table.Td>{formatValue(i18n.language, item)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
    </Paper>
  )
}
