import { Alert, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'
import { Link } from '../../app/navigation.tsx'
import { useNews } from '../../app/news.ts'
import type { ChartItem } from '../../chart/item.ts'
import type { Hex } from '../../keeper/api.ts'
import type { OpenedOrder, OrderStanding } from '../../keeper/desk-api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant, formatList, nameOfReader, titleOf } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { ResultsForm } from './ResultsForm.tsx'
import { worklistKey } from './useWorklist.ts'

/** What was ordered, and below it the results for it. Who was quicker is said while it is open. */
export function Page() {
  const { t } = useTranslation()
  const { batch } = useParams<'/laboratory/orders/:batch'>()
  const [isFiled, setFiled] = useState(false)
  const standing = useQuery({
    queryKey: [...worklistKey, batch],
    queryFn: () => keeper.orderStanding(batch as Hex),
    staleTime: 0,
  })
  const isAwaited = standing.data?.state === 'awaited'
  const opened = useQuery({
    queryKey: ['order', batch],
    queryFn: () => keeper.openOrder(batch as Hex),
    // Each look is an entry in the patient's log.
    staleTime: Infinity,
    gcTime: 0,
    enabled: isAwaited,
  })
  useNews(standing.data !== undefined)
  const error = standing.error ?? opened.error
  const title = <Title order={1}>{t('filling.title')}</Title>
  const back = (
    <Button component={Link} to="/" size="md" variant="default">
      {t('laboratory.back')}
    </Button>
  )
  if (standing.data && !isAwaited && !isFiled)
    return (
      <Stack>
        {title}
        <Taken standing={standing.data} wasOpen={opened.data !== undefined} />
        {back}
      </Stack>
    )
  if (error && !isFiled)
    return (
      <Stack>
        {title}
        {error instanceof Failure && error.code === 'not-found' ? (
          <Alert role="alert" color="orange" variant="outline" title={t('filling.shut')}>
            {t('filling.shutWhy')}
          </Alert>
        ) : (
          <FailureNote error={error} onRetry={() => void (standing.error ? standing : opened).refetch()} />
        )}
        {back}
      </Stack>
    )
  if (!standing.data || !opened.data) return <Opening progress={undefined} text={t('chart.loading')} />
  const { data } = opened
  if (!data.items.every(({ order }) => order))
    return (
      <Stack>
        {title}
        <Text>{t('filling.check', { who: nameOfReader(t, data.of.author) })}</Text>
        {back}
      </Stack>
    )
  return (
    <Stack>
      {title}
      <Ordered order={data} standing={standing.data} />
      <ResultsForm order={data} onFiled={() => setFiled(true)} />
    </Stack>
  )
}

/** Nothing is left to be answered. @param wasOpen - by whoever looks at it, and perhaps typed into. */
function Taken({ standing: { state, answers }, wasOpen }: { standing: OrderStanding; wasOpen: boolean }) {
  const { t, i18n } = useTranslation()
  const last = answers.at(-1)
  const others = answers.filter(({ isOwn }) => !isOwn)
  const when = last && formatInstant(i18n.language, last.at)
  const names = [...new Set(others.map(({ by }) => nameOfReader(t, by)))]
  const isByOthers = state === 'withdrawn' || others.length > 0
  const answered = others.length > 0 ? 'filling.answeredBy' : 'filling.answeredByYou'
  return (
    <Alert
      role="alert"
      color="orange"
      variant="outline"
      title={
        state === 'withdrawn' || !last
          ? t(`filling.${state === 'withdrawn' ? 'withdrawn' : 'answered'}`)
          : t(answered, { who: formatList(i18n.language, names), when })
      }
    >
      {t(wasOpen && isByOthers ? 'filling.nothing' : 'filling.nothingLeft')}
    </Alert>
  )
}

function Ordered({ order: { of, items }, standing }: { order: OpenedOrder; standing: OrderStanding }) {
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
          <OrderedTest
            key={item.record}
            item={item}
            answer={standing.answers.find(({ record }) => record === item.record)}
          />
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

function OrderedTest({
  item,
  answer,
}: {
  item: ChartItem
  answer: OrderStanding['answers'][number] | undefined
}) {
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
        {answer && (
          <Text span>
            {t(answer.isOwn ? 'filling.doneByYou' : 'filling.done', { who: nameOfReader(t, answer.by) })}
          </Text>
        )}
      </Group>
    </li>
  )
}
