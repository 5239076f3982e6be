import { Alert, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'
import { Link } from '../../app/navigation.tsx'
import type { ChartItem } from '../../chart/item.ts'
import type { Hex } from '../../keeper/api.ts'
import type { OpenedOrder } from '../../keeper/desk-api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant, nameOfReader, titleOf } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { ResultsForm } from './ResultsForm.tsx'

/** What was ordered, and below it the results for it. */
export function Page() {
  const { t } = useTranslation()
  const { batch } = useParams<'/laboratory/orders/:batch'>()
  const { data, error, refetch } = useQuery({
    queryKey: ['order', batch],
    queryFn: () => keeper.openOrder(batch as Hex),
    // Each look is an entry in the patient's log.
    staleTime: Infinity,
    gcTime: 0,
  })
  if (error)
    return (
      <Stack>
        <Title order={1}>{t('filling.title')}</Title>
        {error instanceof Failure && error.code === 'not-found' ? (
          <Alert role="alert" color="orange" variant="outline" title={t('filling.shut')}>
            {t('filling.shutWhy')}
          </Alert>
        ) : (
          <FailureNote error={error} onRetry={() => void refetch()} />
        )}
        <Button component={Link} to="/" size="md" variant="default">
          {t('laboratory.back')}
        </Button>
      </Stack>
    )
  if (!data) return <Opening progress={undefined} text={t('chart.loading')} />
  if (!data.items.every(({ order }) => order))
    return (
      <Stack>
        <Title order={1}>{t('signing.title')}</Title>
        <Text>{t('filling.check')}</Text>
        <Button component={Link} to={`/sign/${batch}`} size="md">
          {t('filling.checkOpen')}
        </Button>
      </Stack>
    )
  return (
    <Stack>
      <Title order={1}>{t('filling.title')}</Title>
      <Ordered order={data} />
      <ResultsForm order={data} />
    </Stack>
  )
}

function Ordered({ order: { of, items } }: { order: OpenedOrder }) {
  const { t, i18n } = useTranslation()
  const patient = of.name ?? t('patients.unnamed', { code: of.patient!.slice(2, 8) })
  const reasons = [...new Set(items.flatMap(({ details }) => details))]
  return (
    <Paper withBorder p="md" component="section" aria-label={t('kinds.order')}>
      <Text>
        {t('filling.what', {
          patient,
          who: nameOfReader(t, of.author),
          when: formatInstant(i18n.language, of.at),
        })}
      </Text>
      <ul className="list">
        {items.map((item) => (
          <OrderedTest key={item.record} item={item} />
        ))}
      </ul>
      {reasons.map((line) => (
        <Text key={line} className="note">
          {line}
        </Text>
      ))}
    </Paper>
  )
}

function OrderedTest({ item }: { item: ChartItem }) {
  const { t, i18n } = useTranslation()
  return (
    <li className="row">
      <Text span className="grow" fw={600}>
        {titleOf(t, i18n.exists, item)}
      </Text>
      <Group gap="xs">
        {item.isUrgent && (
          <Badge variant="outline" color="orange" tt="none" size="md">
            {t('ordered.urgent')}
          </Badge>
        )}
        {item.order !== 'awaited' && <Text span>{t(`order.${item.order!}`)}</Text>}
      </Group>
    </li>
  )
}
