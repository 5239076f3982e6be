import { Alert, Button, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Topic } from '../../chart/topics.ts'
import type { HelpedShares, Hex, Reader } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate, loweredList, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { ChooseReader } from '../sharing/ChooseReader.tsx'
import { Periods, periods, Topics } from '../sharing/ShareTerms.tsx'
import { useHelpedName } from './Acting.tsx'

const daySeconds = 24 * 60 * 60
const firstTopics: readonly Topic[] = ['summary', 'labs', 'vitals']

/** For somebody who is looked after: with whom, what of what one may see, how long; and one sentence that says it back. */
export function ShareForHelped(props: { patient: Hex; limits: HelpedShares; onBack: () => void }) {
  const { t } = useTranslation()
  const readers = useQuery({ queryKey: ['readers'], queryFn: () => keeper.readers() })
  const [reader, setReader] = useState<Reader>()
  if (readers.error) return <FailureNote error={readers.error} onRetry={() => void readers.refetch()} />
  if (!readers.data) return <Opening progress={undefined} text={t('sharing.searching')} />
  return (
    <Stack>
      <Title order={1}>{t('helped.shareNew')}</Title>
      {reader ? (
        <Decide {...props} reader={reader} />
      ) : (
        <ChooseReader readers={readers.data} onChosen={setReader} />
      )}
      <Button size="md" variant="default" onClick={props.onBack}>
        {t('back')}
      </Button>
    </Stack>
  )
}

function Decide(props: { patient: Hex; limits: HelpedShares; reader: Reader }) {
  const { patient, limits, reader } = props
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const name = useHelpedName(patient)
  const now = Date.now() / 1000
  const fitting = periods.filter((days) => now + days * daySeconds <= limits.until)
  // Somebody whose own time is nearly over shares for what is left of it.
  const offered = fitting.length > 0 ? fitting : periods.slice(0, 1)
  const [topics, setTopics] = useState<readonly Topic[]>(
    firstTopics.filter((topic) => limits.topics.includes(topic)),
  )
  const [days, setDays] = useState(offered.findLast((some) => some <= 30) ?? offered[0]!)
  const untilWished = Math.floor(now) + days * daySeconds
  const until = Math.min(untilWished, limits.until)
  const who = nameOfReader(t, reader)
  const share = useMutation({
    mutationFn: () =>
      keeper.shareForHelped({
        patient,
        reader: reader.account,
        topics: [...topics],
        until,
        purpose: 'TREAT',
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['shares', patient] }),
  })
  if (share.isSuccess)
    return (
      <Alert role="status" color="teal" variant="outline" title={t('sharing.done', { reader: who })}>
        <Text>{t('helped.sentenceEnd', { name })}</Text>
      </Alert>
    )
  const sentence = {
    reader: who,
    topics: loweredList(t, i18n.language, topics),
    name,
    until: formatDate(i18n.language, until),
  }
  return (
    <Stack>
      <Text fw={650} size="lg">
        {who}
      </Text>
      <Topics label={t('sharing.what')} offered={limits.topics} value={topics} onChange={setTopics} />
      <Periods label={t('sharing.long')} value={days} offered={offered} onChange={setDays} />
      {topics.length === 0 ? (
        <Text role="status">{t('sharing.choose')}</Text>
      ) : (
        <Alert role="status" color="teal" variant="light" aria-live="polite">
          <Text size="lg" c="var(--mantine-color-text)">
            {t('helped.shareSentence', sentence)} {t('helped.sentenceEnd', { name })}
          </Text>
        </Alert>
      )}
      {share.isError && <FailureNote error={share.error} saved={t('helped.notSaved')} />}
      <Button
        size="md"
        disabled={topics.length === 0}
        loading={share.isPending}
        onClick={() => share.mutate()}
      >
        {t('helped.shareConfirm', { name })}
      </Button>
      {share.isPending && <Text role="status">{t('sharing.working')}</Text>}
    </Stack>
  )
}
