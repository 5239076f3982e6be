import { Alert, Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Marked } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatList, loweredList, nameOfOrganisation } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { Card } from './Card.tsx'
import { MarkForm } from './MarkForm.tsx'

/** What may be opened when this person cannot be asked, and the card that finds them. */
export function Page() {
  const { t } = useTranslation()
  const marked = useQuery({ queryKey: ['marked'], queryFn: () => keeper.marked(), staleTime: 0 })
  const [isChoosing, setChoosing] = useState(false)
  const [note, setNote] = useState('')
  const { data, error } = marked
  if (error) return <FailureNote error={error} onRetry={() => void marked.refetch()} />
  if (!data) return <Opening progress={undefined} text={t('emergency.loading')} />

  async function settled(said: string): Promise<void> {
    await marked.refetch()
    setChoosing(false)
    setNote(said)
  }

  if (isChoosing)
    return (
      <MarkForm marked={data} onBack={() => setChoosing(false)} onDone={() => settled(t('emergency.done'))} />
    )
  return (
    <Stack>
      <Title order={1}>{t('more.emergency')}</Title>
      <Text>{t('emergency.what')}</Text>
      <Text>{t('emergency.seen')}</Text>
      {note && (
        <Alert role="status" color="teal" variant="outline">
          <Text>{note}</Text>
        </Alert>
      )}
      <Present marked={data} />
      <Button size="md" onClick={() => setChoosing(true)}>
        {t(data.topics.length === 0 ? 'emergency.choose' : 'emergency.change')}
      </Button>
      {data.topics.length > 0 && <Nothing onDone={() => settled(t('emergency.ended'))} />}
      <Card isUseful={data.topics.length > 0} />
    </Stack>
  )
}

function Present({ marked: { topics, trustees, threshold, heldBy } }: { marked: Marked }) {
  const { t, i18n } = useTranslation()
  const { language } = i18n
  if (topics.length === 0) return <Text fw={600}>{t('emergency.none')}</Text>
  const names = formatList(
    language,
    trustees.map((trustee) => nameOfOrganisation(t, trustee)),
  )
  return (
    <Paper withBorder p="md">
      <Text fw={600}>{t('emergency.now', { topics: loweredList(t, language, topics) })}</Text>
      <Text>{t('emergency.held', { threshold, count: trustees.length, names })}</Text>
      <Text c="dimmed">
        {heldBy === trustees.length ? t('emergency.heldAll') : t('emergency.heldSome', { held: heldBy })}
      </Text>
    </Paper>
  )
}

function Nothing({ onDone }: { onDone: () => Promise<void> }) {
  const { t } = useTranslation()
  const [isSure, setSure] = useState(false)
  const end = useMutation({ mutationFn: () => keeper.unmark(), onSuccess: onDone })
  if (!isSure)
    return (
      <Button size="md" variant="default" onClick={() => setSure(true)}>
        {t('emergency.end')}
      </Button>
    )
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Text role="alert">{t('emergency.endSure')}</Text>
        {end.isError && <FailureNote error={end.error} saved={t('emergency.notSaved')} />}
        <Button size="md" color="red" loading={end.isPending} onClick={() => end.mutate()}>
          {t('emergency.endYes')}
        </Button>
        <Button size="md" variant="default" disabled={end.isPending} onClick={() => setSure(false)}>
          {t('cancel')}
        </Button>
      </Stack>
    </Paper>
  )
}
