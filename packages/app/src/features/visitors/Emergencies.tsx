import { Button, Paper, Stack, Text, Textarea, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EmergencyOfOwn } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant, nameOfReader } from '../../ui/format.ts'

const emergenciesKey = ['emergencies'] as const

/** Each time that the glass was broken: who, why, what a checker found; and saying no to it (B12). */
export function Emergencies() {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery({
    queryKey: emergenciesKey,
    queryFn: () => keeper.emergencies(),
    staleTime: 0,
  })
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data || data.length === 0) return null
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="emergencies">
      <Title order={2} size="h4" id="emergencies">
        {t('visits.emergencies')}
      </Title>
      <Stack component="ul" className="list" gap={0}>
        {data.map((emergency) => (
          <OneEmergency key={emergency.declaration} emergency={emergency} />
        ))}
      </Stack>
    </Paper>
  )
}

function OneEmergency({ emergency }: { emergency: EmergencyOfOwn }) {
  const { t, i18n } = useTranslation()
  const { reader, at, until, reason, words, isOpen, isContested, outcome } = emergency
  const when = (seconds: number) => formatInstant(i18n.language, seconds)
  return (
    <Stack component="li" gap="xs" py="sm">
      <Text fw={650}>{t('visits.opened', { who: nameOfReader(t, reader), when: when(at) })}</Text>
      <Text>{t('visits.reasonIs', { reason: t(`visits.reason.${reason}`) })}</Text>
      {words !== null && <Text className="note">{t('visits.words', { words })}</Text>}
      {isOpen && <Text fw={600}>{t('visits.isOpen', { when: when(until) })}</Text>}
      <Text c="dimmed">{t(outcome === null ? 'visits.outcomeNone' : `visits.outcome.${outcome}`)}</Text>
      {isContested ? (
        <Text role="status">{t('visits.disagreed')}</Text>
      ) : (
        <Disagree declaration={emergency.declaration} />
      )}
    </Stack>
  )
}

function Disagree({ declaration }: { declaration: number }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isWriting, setWriting] = useState(false)
  const [words, setWords] = useState('')
  const contest = useMutation({
    mutationFn: () => keeper.contest({ declaration, words: words.trim() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: emergenciesKey }),
  })
  if (!isWriting)
    return (
      <Button size="md" variant="default" me="auto" onClick={() => setWriting(true)}>
        {t('visits.disagree')}
      </Button>
    )
  return (
    <Stack
      component="form"
      gap="xs"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault()
        contest.mutate()
      }}
    >
      {contest.isError && <FailureNote error={contest.error} saved={t('visits.disagreeNotSaved')} />}
      <Textarea
        size="md"
        rows={4}
        maxLength={2000}
        label={t('visits.disagreeWhat')}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Button type="submit" size="md" loading={contest.isPending} disabled={words.trim() === ''}>
        {t('visits.disagreeSend')}
      </Button>
      <Button size="md" variant="default" onClick={() => setWriting(false)}>
        {t('cancel')}
      </Button>
    </Stack>
  )
}
