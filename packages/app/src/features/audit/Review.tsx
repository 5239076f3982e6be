import { Alert, Button, Paper, Radio, Stack, Text, Textarea, Title } from '@mantine/core'
import type { EmergencyOutcome } from '@hre/protocol'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from '../../app/navigation.tsx'
import type { StaffEmergency } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { Opening } from '../home/Opening.tsx'
import { EmergencyLine } from '../organisation/Emergencies.tsx'
import { toReviewKey, useToReview } from './queries.ts'
import { isReviewable } from './reviewable.ts'

const outcomes: readonly EmergencyOutcome[] = ['justified', 'unjustified', 'inconclusive']
const wordsMax = 2_000

/** One emergency: what was said of it, and the judgement, which is final. */
export function Page() {
  const { t } = useTranslation()
  const { declaration } = useParams('/audit/emergencies/$declaration')
  const { data, error, refetch } = useToReview()
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('reviews.loading')} />
  const emergency = data.find((each) => String(each.declaration) === declaration)
  return (
    <Stack>
      <Title order={1}>{t('audit.emergency', { number: declaration })}</Title>
      {emergency ? <Judging emergency={emergency} /> : <Text>{t('reviews.none')}</Text>}
      <Button component={Link} to="/audit/emergencies" size="md" variant="default">
        {t('audit.back')}
      </Button>
    </Stack>
  )
}

function Judging({ emergency }: { emergency: StaffEmergency }) {
  const { t } = useTranslation()
  const { declaration } = emergency
  const { data: words, error } = useQuery({
    queryKey: ['words', declaration],
    queryFn: () => keeper.wordsOf(declaration),
  })
  return (
    <>
      <Paper withBorder p="xs">
        <div className="row">
          <EmergencyLine emergency={emergency} />
        </div>
      </Paper>
      {error && <FailureNote error={error} />}
      {words &&
        (['reason', 'statement', 'report'] as const).map((name) => (
          <Paper key={name} withBorder p="md" component="section" aria-label={t(`audit.${name}`)}>
            <Title order={2} size="h4">
              {t(`audit.${name}`)}
            </Title>
            <Text className="note">{words[name] ?? t('audit.nothingSaid')}</Text>
          </Paper>
        ))}
      {isReviewable(emergency) && <Judgement declaration={declaration} />}
    </>
  )
}

function Judgement({ declaration }: { declaration: number }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [outcome, setOutcome] = useState<EmergencyOutcome>()
  const [words, setWords] = useState('')
  const [isTried, setTried] = useState(false)
  const judge = useMutation({
    mutationFn: (finding: { declaration: number; outcome: EmergencyOutcome; words: string }) =>
      keeper.review(finding),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ['words', declaration] })
      await queries.invalidateQueries({ queryKey: toReviewKey })
    },
  })

  function submit(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (outcome && words.trim() !== '') judge.mutate({ declaration, outcome, words: words.trim() })
  }

  if (judge.isSuccess)
    return (
      <Alert role="status" color="teal" variant="outline">
        {t('audit.judged')}
      </Alert>
    )
  return (
    <Stack component="form" onSubmit={submit}>
      <Radio.Group
        size="md"
        label={t('audit.outcome')}
        value={outcome ?? ''}
        onChange={(value) => setOutcome(value as EmergencyOutcome)}
        error={isTried && !outcome && t('audit.outcomeMissing')}
      >
        <Stack gap="sm" mt="xs">
          {outcomes.map((each) => (
            <Radio key={each} size="md" value={each} label={t(`reviews.state.${each}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea
        size="md"
        label={t('audit.why')}
        rows={3}
        maxLength={wordsMax}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        error={isTried && words.trim() === '' && t('audit.whyMissing')}
      />
      <Text>{t('audit.final')}</Text>
      {judge.isError && <FailureNote error={judge.error} saved={t('audit.notJudged')} />}
      <Button type="submit" size="md" loading={judge.isPending}>
        {t('audit.judge')}
      </Button>
    </Stack>
  )
}
