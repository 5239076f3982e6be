import { Alert, Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Helper } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate, loweredList, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { ChooseHelper } from './ChooseHelper.tsx'

/** Who looks after this person, choosing somebody, and ending it. */
export function Page() {
  const { t } = useTranslation()
  const helpers = useQuery({ queryKey: ['helpers'], queryFn: () => keeper.helpers(), staleTime: 0 })
  const [isChoosing, setChoosing] = useState(false)
  const [named, setNamed] = useState<string>()
  const { data, error } = helpers
  if (error) return <FailureNote error={error} onRetry={() => void helpers.refetch()} />
  if (!data) return <Opening progress={undefined} text={t('care.loading')} />
  if (isChoosing)
    return (
      <ChooseHelper
        onBack={() => setChoosing(false)}
        onDone={(name) => {
          setChoosing(false)
          setNamed(name)
          void helpers.refetch()
        }}
      />
    )
  return (
    <Stack>
      <Title order={1}>{t('more.helpers')}</Title>
      {named !== undefined && (
        <Alert role="status" color="teal" variant="outline">
          <Text>{t('care.done', { name: named })}</Text>
        </Alert>
      )}
      <Text>{t('care.what')}</Text>
      <Text>{t('care.never')}</Text>
      {data.length === 0 ? (
        <Text fw={600}>{t('care.none')}</Text>
      ) : (
        <Stack component="section" gap="xs" aria-label={t('care.chosen')}>
          {data.map((helper) => (
            <OneHelper key={helper.reader.account} helper={helper} />
          ))}
        </Stack>
      )}
      <Button size="md" onClick={() => setChoosing(true)}>
        {t('care.choose')}
      </Button>
    </Stack>
  )
}

function OneHelper({ helper: { reader, topics, until, isOver } }: { helper: Helper }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [isSure, setSure] = useState(false)
  const name = nameOfReader(t, reader)
  const date = formatDate(i18n.language, until)
  const end = useMutation({
    mutationFn: () => keeper.endHelper(reader.account),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['helpers'] })
      void queries.invalidateQueries({ queryKey: ['shares'] })
    },
  })
  return (
    <Paper withBorder p="md">
      <Text fw={650}>{name}</Text>
      {isOver ? (
        <Text c="dimmed">{t('care.over', { date })}</Text>
      ) : (
        <>
          <Text>{topics.length === 0 ? t('care.nothing') : loweredList(t, i18n.language, topics)}</Text>
          <Text c="dimmed" mb="xs">
            {t('care.until', { date })}
          </Text>
        </>
      )}
      {end.isError && <FailureNote error={end.error} saved={t('care.endNotSaved')} />}
      {isSure ? (
        <Stack gap="xs">
          <Text role="alert">{t('care.endSure', { name })}</Text>
          <Button size="md" color="red" loading={end.isPending} onClick={() => end.mutate()}>
            {t('care.endYes')}
          </Button>
          <Button size="md" variant="default" disabled={end.isPending} onClick={() => setSure(false)}>
            {t('cancel')}
          </Button>
          {end.isPending && <Text role="status">{t('care.ending')}</Text>}
        </Stack>
      ) : (
        <Button size="md" variant="default" onClick={() => setSure(true)}>
          {t('care.end')}
        </Button>
      )}
    </Paper>
  )
}
