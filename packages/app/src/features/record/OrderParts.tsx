import { Alert, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStatus } from '../../app/status.ts'
import type { ChartItem } from '../../chart/item.ts'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { ItemRows } from '../home/ItemRow.tsx'

/** Of an order: how it stands and what came of it. Of a result: what it was ordered by. */
export default function OrderParts({ item, items }: { item: ChartItem; items: readonly ChartItem[] }) {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  const answers = item.order
    ? items.filter(({ basedOn, isPatientsOwn }) => !isPatientsOwn && basedOn?.includes(item.record))
    : []
  const orders = items.filter(({ record, order }) => order && item.basedOn?.includes(record))
  return (
    <>
      {item.order && (
        <Group>
          <Text fw={650}>{t(`order.${item.order}`)}</Text>
          {item.isUrgent && (
            <Badge variant="outline" color="orange" tt="none" size="md">
              {t('ordered.urgent')}
            </Badge>
          )}
        </Group>
      )}
      <Linked title={t('ordered.answers')} items={answers} />
      <Linked title={t('ordered.answersTo')} items={orders} />
      {item.order === 'awaited' && item.author === status?.account && <Withdraw record={item.record} />}
    </>
  )
}

function Linked({ title, items }: { title: string; items: readonly ChartItem[] }) {
  if (items.length === 0) return null
  return (
    <Paper withBorder p="xs" component="section" aria-label={title}>
      <Title order={2} size="h4" px="sm" py="xs">
        {title}
      </Title>
      <ItemRows items={items} withDay />
    </Paper>
  )
}

/** Whoever ordered it takes it back, after being asked once. */
function Withdraw({ record }: { record: Hex }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isAsked, setAsked] = useState(false)
  const withdraw = useMutation({
    mutationFn: () => keeper.withdrawOrder(record),
    onSuccess() {
      void queries.invalidateQueries({ queryKey: ['today'] })
      // The one on the screen stays as it was opened; the next look shows it withdrawn.
      void queries.invalidateQueries({ queryKey: ['chart'], refetchType: 'none' })
    },
  })
  if (withdraw.isSuccess)
    return (
      <Alert role="status" color="teal" variant="outline">
        {t('ordered.withdrawn')}
      </Alert>
    )
  if (!isAsked)
    return (
      <Button size="md" variant="default" onClick={() => setAsked(true)}>
        {t('ordered.withdraw')}
      </Button>
    )
  return (
    <Alert color="orange" variant="outline" role="group" aria-label={t('ordered.withdraw')}>
      <Stack>
        <Text>{t('ordered.withdrawWhat')}</Text>
        {withdraw.isError && <FailureNote error={withdraw.error} saved={t('ordered.withdrawMaybe')} />}
        <Group>
          <Button size="md" color="red" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {t('ordered.withdrawYes')}
          </Button>
          <Button size="md" variant="default" disabled={withdraw.isPending} onClick={() => setAsked(false)}>
            {t('ordered.withdrawNo')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
