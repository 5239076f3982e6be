import { Alert, Button, Checkbox, Radio, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from '../../app/navigation.tsx'
import { topicNames, type Topic } from '../../chart/topics.ts'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatList } from '../../ui/format.ts'
import { useToday } from './useToday.ts'

const periods = [1, 7, 30]

/** Asking opens nothing: it puts a question before the patient. */
export function Page() {
  const { t, i18n } = useTranslation()
  const { patient } = useParams('/patients/$patient/ask')
  const queries = useQueryClient()
  const { data: today } = useToday()
  const [topics, setTopics] = useState<string[]>(['summary', 'labs', 'vitals'])
  const [days, setDays] = useState(7)
  const ask = useMutation({
    mutationFn: () =>
      keeper.ask({ patient: patient as Hex, topics: topics as Topic[], purpose: 'TREAT', days }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['today'] }),
  })
  if (ask.isSuccess)
    return (
      <Stack>
        <Alert role="status" color="teal" variant="outline">
          {t('ask.sent')}
        </Alert>
        <Button component={Link} to="/" size="md">
          {t('patients.title')}
        </Button>
      </Stack>
    )
  const named = formatList(
    i18n.language,
    topics.map((topic) => t(`topic.${topic}`)),
  )
  return (
    <Stack>
      <Title order={1}>{t('ask.title')}</Title>
      <Checkbox.Group size="md" label={t('sharing.what')} value={topics} onChange={setTopics}>
        <Stack gap="sm" mt="xs">
          {topicNames.map((topic) => (
            <Checkbox key={topic} size="md" value={topic} label={t(`topic.${topic}`)} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Radio.Group
        size="md"
        label={t('sharing.long')}
        value={String(days)}
        onChange={(value) => setDays(Number(value))}
      >
        <Stack gap="sm" mt="xs">
          {periods.map((period) => (
            <Radio key={period} size="md" value={String(period)} label={t(`sharing.days.${period}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Text role="status" size="lg">
        {topics.length === 0
          ? t('sharing.choose')
          : t('ask.sentence', { topics: named, days: t(`sharing.days.${days}`) })}
      </Text>
      {ask.isError && <FailureNote error={ask.error} saved={t('ask.notSaved')} />}
      <Button size="md" disabled={topics.length === 0} loading={ask.isPending} onClick={() => ask.mutate()}>
        {t('ask.send')}
      </Button>
      {today?.mayDeclare && (
        <Button component={Link} to={`/patients/${patient}/emergency`} size="md" variant="subtle">
          {t('glass.offer')}
        </Button>
      )}
    </Stack>
  )
}
