import { Alert, Button, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from '../../app/navigation.tsx'
import type { Reader } from '../../keeper/api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate, loweredList, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { ChooseReader } from './ChooseReader.tsx'
import { ShareTerms, type Terms } from './ShareTerms.tsx'

const daySeconds = 24 * 60 * 60

/** With whom, what, how long, what for; and one sentence that says it back before it is done. */
export function Page() {
  const { t } = useTranslation()
  const { reader: given } = useParams('/share/$reader') as { reader?: string }
  const readers = useQuery({ queryKey: ['readers'], queryFn: () => keeper.readers() })
  const asks = useQuery({ queryKey: ['asks'], queryFn: () => keeper.asks() })
  const [chosen, setChosen] = useState<Reader>()
  if (readers.error) return <FailureNote error={readers.error} onRetry={() => void readers.refetch()} />
  if (!readers.data || asks.isPending) return <Opening progress={undefined} text={t('sharing.searching')} />
  const reader = chosen ?? readers.data.find(({ account }) => account === given)
  const ask = asks.data?.find((candidate) => candidate.reader.account === reader?.account)
  return (
    <Stack>
      <Title order={1}>{t('sharing.new')}</Title>
      {reader ? (
        <Decide
          reader={reader}
          terms={{
            topics: ask?.topics ?? ['summary', 'labs', 'vitals'],
            days: nearest(ask?.days ?? 30),
            purpose: 'TREAT',
            history: 'all',
          }}
        />
      ) : (
        <ChooseReader readers={readers.data} onChosen={setChosen} />
      )}
    </Stack>
  )
}

/** The period on offer that comes closest to what was asked for, and is no longer. */
const nearest = (days: number): number => [365, 30, 7].find((offered) => offered <= days) ?? 1

function Decide({ reader, terms: first }: { reader: Reader; terms: Terms }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [terms, setTerms] = useState(first)
  const name = nameOfReader(t, reader)
  const until = formatDate(i18n.language, Date.now() / 1000 + terms.days * daySeconds)
  const topics = loweredList(t, i18n.language, terms.topics)
  const share = useMutation({
    mutationFn: () => keeper.share({ reader: reader.account, ...terms }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['shares'] })
      void queries.invalidateQueries({ queryKey: ['asks'] })
    },
  })
  if (share.isSuccess)
    return (
      <Stack>
        <Alert role="status" color="teal" variant="outline" title={t('sharing.done', { reader: name })}>
          <Text>{t('sharing.sentenceEnd')}</Text>
        </Alert>
        <Button component={Link} to="/shares" size="md">
          {t('sharing.title')}
        </Button>
      </Stack>
    )
  const isUnknown = share.error instanceof Failure && share.error.code === 'operation-timeout'
  return (
    <Stack>
      <Text fw={650} size="lg">
        {name}
      </Text>
      <ShareTerms terms={terms} onChange={setTerms} />
      {terms.topics.length === 0 ? (
        <Text role="status">{t('sharing.choose')}</Text>
      ) : (
        <Alert role="status" color="teal" variant="light" aria-live="polite">
          <Text size="lg" c="var(--mantine-color-text)">
            {t('sharing.sentence', {
              reader: name,
              topics,
              until,
              purpose: t(`sharing.purposeIn.${terms.purpose}`),
            })}{' '}
            {t(terms.history === 'all' ? 'sharing.sentenceAll' : 'sharing.sentenceFromNow')}{' '}
            {t('sharing.sentenceEnd')}
          </Text>
        </Alert>
      )}
      {share.isError && (
        <FailureNote error={share.error} saved={t(isUnknown ? 'sharing.maybe' : 'sharing.notSaved')} />
      )}
      <Button
        size="md"
        disabled={terms.topics.length === 0}
        loading={share.isPending}
        onClick={() => share.mutate()}
      >
        {t('sharing.confirm')}
      </Button>
      <Button component={Link} to="/shares" size="md" variant="default">
        {t('cancel')}
      </Button>
      {share.isPending && <Text role="status">{t('sharing.working')}</Text>}
    </Stack>
  )
}
