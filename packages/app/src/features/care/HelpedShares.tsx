import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hex, Share } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate, formatList, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { useHelpedName } from './Acting.tsx'
import { HelpedFrame, usePatient } from './HelpedFrame.tsx'
import { ShareForHelped } from './ShareForHelped.tsx'

/** Who sees the records of somebody who is looked after; sharing for them, and ending it. */
export function Page() {
  return (
    <HelpedFrame at="shares">
      <Shares />
    </HelpedFrame>
  )
}

function Shares() {
  const { t } = useTranslation()
  const patient = usePatient()
  const name = useHelpedName(patient)
  const [isSharing, setSharing] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['shares', patient],
    queryFn: () => keeper.sharesOfHelped(patient),
    staleTime: 0,
  })
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('sharing.searching')} />
  if (isSharing) return <ShareForHelped patient={patient} limits={data} onBack={() => setSharing(false)} />
  return (
    <>
      <Title order={1}>{t('helped.sharesTitle', { name })}</Title>
      {data.topics.length === 0 ? (
        <Text>{t('helped.cannot')}</Text>
      ) : (
        <Button size="md" onClick={() => setSharing(true)}>
          {t('helped.shareNew')}
        </Button>
      )}
      {data.shares.length === 0 && <Text>{t('helped.sharesNone', { name })}</Text>}
      {data.topics.length > 0 && data.shares.length > 0 && <Text>{t('helped.change', { name })}</Text>}
      {data.shares.map((share) => (
        <OneShare key={share.reader.account} patient={patient} share={share} />
      ))}
    </>
  )
}

function OneShare({ patient, share }: { patient: Hex; share: Share }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [isSure, setSure] = useState(false)
  const name = useHelpedName(patient)
  const reader = nameOfReader(t, share.reader)
  const end = useMutation({
    mutationFn: () => keeper.endShareOfHelped({ patient, reader: share.reader.account }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['shares', patient] }),
  })
  if (end.isSuccess) return <Text role="status">{t('helped.ended')}</Text>
  const listed = (words: string[]) => formatList(i18n.language, words)
  return (
    <Paper withBorder p="md">
      <Text fw={650}>{reader}</Text>
      <Text>{listed(share.topics.map((topic) => t(`topic.${topic}`)))}</Text>
      <Text c="dimmed">
        {listed(share.purposes.map((purpose) => t(`sharing.purpose.${purpose}`)))},{' '}
        {t('sharing.until', { date: formatDate(i18n.language, share.until) })}
      </Text>
      {share.by && <Text c="dimmed">{t('helped.given', { who: nameOfReader(t, share.by) })}</Text>}
      {end.isError && <FailureNote error={end.error} saved={t('sharing.endSaved')} />}
      {isSure ? (
        <Stack gap="xs" mt="xs">
          <Text role="alert">{t('helped.endSure', { reader, name })}</Text>
          <Button size="md" color="red" loading={end.isPending} onClick={() => end.mutate()}>
            {t('sharing.endYes')}
          </Button>
          <Button size="md" variant="default" disabled={end.isPending} onClick={() => setSure(false)}>
            {t('cancel')}
          </Button>
        </Stack>
      ) : (
        <Button size="md" mt="xs" variant="default" onClick={() => setSure(true)}>
          {t('sharing.end')}
        </Button>
      )}
    </Paper>
  )
}
