import { Alert, Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from '../../app/navigation.tsx'
import type { ChartItem } from '../../chart/item.ts'
import type { Hex } from '../../keeper/api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDay, formatInstant, formatValue, nameOfReader, titleOf } from '../../ui/format.ts'
import { Standing } from '../home/ItemRow.tsx'
import { Opening } from '../home/Opening.tsx'
import { worklistKey } from './useWorklist.ts'

/** Nobody signs what they have not seen: it is opened first, and the patient sees that it was. */
export function Page() {
  const { t, i18n } = useTranslation()
  const { batch } = useParams('/sign/$batch')
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['batch', batch],
    queryFn: () => keeper.openBatch(batch as Hex),
    // Each look is an entry in the patient's log.
    staleTime: Infinity,
  })
  const sign = useMutation({
    mutationFn: () => keeper.signBatch(batch as Hex),
    onSuccess: () => queries.invalidateQueries({ queryKey: worklistKey }),
  })
  const back = (
    <Button component={Link} to="/" size="md" variant={sign.isSuccess ? 'filled' : 'default'}>
      {t('laboratory.back')}
    </Button>
  )
  if (error)
    return (
      <Stack>
        <Title order={1}>{t('signing.title')}</Title>
        {error instanceof Failure && error.code === 'not-found' ? (
          <Alert role="alert" color="orange" variant="outline" title={t('signing.shut')}>
            {t('signing.shutWhy')}
          </Alert>
        ) : (
          <FailureNote error={error} onRetry={() => void refetch()} />
        )}
        {back}
      </Stack>
    )
  if (!data) return <Opening progress={undefined} text={t('chart.loading')} />
  const { of, items } = data
  const patient = of.name ?? t('patients.unnamed', { code: of.patient!.slice(2, 8) })
  return (
    <Stack>
      <Title order={1}>{t('signing.title')}</Title>
      <Text>
        {t('signing.what', {
          patient,
          who: nameOfReader(t, of.author),
          when: formatInstant(i18n.language, of.at),
        })}
      </Text>
      <Paper withBorder p="xs">
        <ul className="list">
          {items.map((item) => (
            <ResultLine key={item.record} item={item} />
          ))}
        </ul>
      </Paper>
      {sign.isError && <FailureNote error={sign.error} saved={t('signing.notSigned')} />}
      {sign.isSuccess ? (
        <Alert role="status" color="teal" variant="outline">
          {t('signing.signed')}
        </Alert>
      ) : (
        <Button size="md" loading={sign.isPending} onClick={() => sign.mutate()}>
          {t('signing.sign')}
        </Button>
      )}
      {back}
    </Stack>
  )
}

function ResultLine({ item }: { item: ChartItem }) {
  const { i18n, t } = useTranslation()
  return (
    <li className="row">
      <span className="grow">
        <Text span display="block">
          {titleOf(t, i18n.exists, item)}
        </Text>
        {item.date && (
          <Text span display="block" size="xs" c="dimmed">
            {formatDay(i18n.language, item.date)}
          </Text>
        )}
        {item.details.map((line, index) => (
          <Text key={index} span display="block" className="note">
            {line}
          </Text>
        ))}
      </span>
      <span className="end">
        <Text span display="block" fw={600}>
          {formatValue(i18n.language, item)}
        </Text>
        <Standing standing={item.standing} />
      </span>
    </li>
  )
}
