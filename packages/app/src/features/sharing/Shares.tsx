import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useArrival } from '../../app/announce.ts'
import { Link } from '../../app/navigation.tsx'
import type { Ask, Share } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate, formatList, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'

/** Who can see what now, who asks, and how to end it. */
export function Page() {
  const { t } = useTranslation()
  const shares = useQuery({ queryKey: ['shares'], queryFn: () => keeper.shares(), staleTime: 0 })
  const asks = useQuery({ queryKey: ['asks'], queryFn: () => keeper.asks(), staleTime: 0 })
  useArrival(
    asks.data?.map(({ reader }) => reader.account),
    t('sharing.asksTitle'),
  )
  return (
    <Stack>
      <Title order={1}>{t('sharing.title')}</Title>
      <Button component={Link} to="/share" size="md">
        {t('sharing.new')}
      </Button>
      {asks.data && asks.data.length > 0 && (
        <Stack component="section" gap="xs">
          <Title order={2} size="h4">
            {t('sharing.asksTitle')}
          </Title>
          {asks.data.map((ask) => (
            <OneAsk key={ask.reader.account} ask={ask} />
          ))}
        </Stack>
      )}
      {shares.error && <FailureNote error={shares.error} onRetry={() => void shares.refetch()} />}
      {shares.isPending && <Opening progress={undefined} text={t('sharing.searching')} />}
      {shares.data?.length === 0 && <Text>{t('sharing.none')}</Text>}
      {shares.data && shares.data.length > 0 && (
        <Stack component="section" gap="xs">
          <Title order={2} size="h4">
            {t('sharing.active')}
          </Title>
          {shares.data.map((share) => (
            <OneShare key={share.reader.account} share={share} />
          ))}
        </Stack>
      )}
    </Stack>
  )
}

function OneAsk({ ask }: { ask: Ask }) {
  const { t, i18n } = useTranslation()
  const topics = formatList(
    i18n.language,
    ask.topics.map((topic) => t(`topic.${topic}`)),
  )
  return (
    <Paper withBorder p="md">
      <Text mb="xs">{t('sharing.asks', { reader: nameOfReader(t, ask.reader), topics })}</Text>
      <Button component={Link} to={`/share/${ask.reader.account}`} size="md" variant="default">
        {t('sharing.answer')}
      </Button>
    </Paper>
  )
}

function OneShare({ share }: { share: Share }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [isSure, setSure] = useState(false)
  const reader = nameOfReader(t, share.reader)
  const end = useMutation({
    mutationFn: () => keeper.endShare(share.reader.account),
    onSettled: () => queries.invalidateQueries({ queryKey: ['shares'] }),
  })
  if (end.isSuccess) return <Text role="status">{t('sharing.ended', { reader })}</Text>
  return (
    <Paper withBorder p="md">
      <Text fw={650}>{reader}</Text>
      <Text>
        {formatList(
          i18n.language,
          share.topics.map((topic) => t(`topic.${topic}`)),
        )}
      </Text>
      <Text c="dimmed" mb="xs">
        {formatList(
          i18n.language,
          share.purposes.map((purpose) => t(`sharing.purpose.${purpose}`)),
        )}
        , {t('sharing.until', { date: formatDate(i18n.language, share.until) })}
      </Text>
      {share.by && <Text mb="xs">{t('sharing.given', { who: nameOfReader(t, share.by) })}</Text>}
      {end.isError && <FailureNote error={end.error} saved={t('sharing.endSaved')} />}
      {isSure ? (
        <Stack gap="xs">
          <Text role="alert">{t('sharing.endSure', { reader })}</Text>
          <Button size="md" color="red" loading={end.isPending} onClick={() => end.mutate()}>
            {t('sharing.endYes')}
          </Button>
          <Button size="md" variant="default" disabled={end.isPending} onClick={() => setSure(false)}>
            {t('cancel')}
          </Button>
          {end.isPending && <Text role="status">{t('sharing.ending')}</Text>}
        </Stack>
      ) : (
        <Button size="md" variant="default" onClick={() => setSure(true)}>
          {t('sharing.end')}
        </Button>
      )}
    </Paper>
  )
}
