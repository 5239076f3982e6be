import { Alert, Button, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStatus } from '../../app/status.ts'
import { topicNames, type Topic } from '../../chart/topics.ts'
import type { Hex, Reader } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate, loweredList, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { NameStranger } from '../recovery/ChooseGuardians.tsx'
import { ChooseReader } from '../sharing/ChooseReader.tsx'
import { Periods, Topics } from '../sharing/ShareTerms.tsx'

const daySeconds = 24 * 60 * 60
/** What is nobody's business until somebody says so is not offered as if it were usual. */
const usualTopics = topicNames.filter((topic) => topic !== 'mental-health')

/** Who, what they may see, how long; and one sentence that says it back before it is done. */
export function ChooseHelper({ onBack, onDone }: { onBack: () => void; onDone: (name: string) => void }) {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  const readers = useQuery({ queryKey: ['readers'], queryFn: () => keeper.readers() })
  const [chosen, setChosen] = useState<Reader>()
  const [stranger, setStranger] = useState<Hex>()
  const [isSelf, setSelf] = useState(false)

  function choose(person: Reader) {
    setStranger(undefined)
    setSelf(person.account === status?.account)
    if (person.account !== status?.account) setChosen(person)
  }

  if (readers.error) return <FailureNote error={readers.error} onRetry={() => void readers.refetch()} />
  if (!readers.data) return <Opening progress={undefined} text={t('sharing.searching')} />
  if (chosen) return <Decide helper={chosen} onBack={onBack} onDone={onDone} />
  return (
    <Stack>
      <Title order={1}>{t('care.choose')}</Title>
      <Text>{t('care.how')}</Text>
      {isSelf && <Text role="status">{t('care.self')}</Text>}
      {stranger ? (
        <NameStranger account={stranger} onNamed={choose} onBack={() => setStranger(undefined)} />
      ) : (
        <ChooseReader
          readers={readers.data.filter(({ role }) => role !== null)}
          onChosen={choose}
          onStranger={(account) => {
            const isOwn = account === status?.account
            setSelf(isOwn)
            if (!isOwn) setStranger(account)
          }}
        />
      )}
      <Button size="md" variant="default" onClick={onBack}>
        {t('cancel')}
      </Button>
    </Stack>
  )
}

function Decide(props: { helper: Reader; onBack: () => void; onDone: (name: string) => void }) {
  const { helper, onBack, onDone } = props
  const { t, i18n } = useTranslation()
  const [topics, setTopics] = useState<readonly Topic[]>(usualTopics)
  const [days, setDays] = useState(365)
  const name = nameOfReader(t, helper)
  const sentence = {
    name,
    topics: loweredList(t, i18n.language, topics),
    until: formatDate(i18n.language, Date.now() / 1000 + days * daySeconds),
  }
  const make = useMutation({
    mutationFn: () => keeper.nameHelper({ helper: helper.account, topics: [...topics], days }),
    onSuccess: () => onDone(name),
  })
  return (
    <Stack>
      <Title order={1}>{t('care.choose')}</Title>
      <Text fw={650} size="lg">
        {name}
      </Text>
      <Topics label={t('care.see')} offered={topicNames} value={topics} onChange={setTopics} />
      <Periods label={t('care.long')} value={days} onChange={setDays} />
      {topics.length === 0 ? (
        <Text role="status">{t('sharing.choose')}</Text>
      ) : (
        <Alert role="status" color="teal" variant="light" aria-live="polite">
          <Text size="lg" c="var(--mantine-color-text)">
            {t('care.sentence', sentence)} {t('care.sentenceEnd')}
          </Text>
        </Alert>
      )}
      {make.isError && <FailureNote error={make.error} saved={t('care.notSaved')} />}
      <Button size="md" disabled={topics.length === 0} loading={make.isPending} onClick={() => make.mutate()}>
        {t('care.confirm')}
      </Button>
      <Button size="md" variant="default" disabled={make.isPending} onClick={onBack}>
        {t('cancel')}
      </Button>
      {make.isPending && <Text role="status">{t('care.working')}</Text>}
    </Stack>
  )
}
