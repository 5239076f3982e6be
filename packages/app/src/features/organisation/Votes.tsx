import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { organisationKinds, standingChanges, type OrganisationKind, type StandingChange } from '@hre/protocol'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hex } from '../../keeper/api.ts'
import type { OpenQuestion } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { nameOfOrganisation } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { questionsKey, useQuestions } from './queries.ts'

type Vote =
  | { organisation: Hex; kind: OrganisationKind; country: string }
  | { organisation: Hex; change: StandingChange }

const cast = (vote: Vote) => ('kind' in vote ? keeper.voteAdmission(vote) : keeper.voteStanding(vote))

/** What the organisations decide together: who joins, who is suspended, comes back or leaves. */
export function Page() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data: questions, error, refetch } = useQuestions()
  const vote = useMutation({
    mutationFn: cast,
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: questionsKey })
      await queries.invalidateQueries({ queryKey: ['organisations'] })
    },
  })
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!questions) return <Opening progress={undefined} text={t('votes.loading')} />
  return (
    <Stack>
      <Title order={1}>{t('votes.title')}</Title>
      <Text>{t('votes.how')}</Text>
      {vote.isError && <FailureNote error={vote.error} saved={t('votes.notCast')} />}
      {vote.isSuccess && (
        <Alert role="status" color="teal" variant="outline">
          {t('votes.cast')}
        </Alert>
      )}
      <Paper withBorder p="md" component="section" aria-label={t('votes.open')}>
        <Title order={2} size="h4">
          {t('votes.open')}
        </Title>
        {questions.length === 0 && <Text>{t('votes.none')}</Text>}
        <ul className="list">
          {questions.map((question) => (
            <li key={JSON.stringify([question.organisation, question.about])}>
              <Question question={question} isBusy={vote.isPending} onVote={(wish) => vote.mutate(wish)} />
            </li>
          ))}
        </ul>
      </Paper>
      <Admit isBusy={vote.isPending} onVote={(wish) => vote.mutate(wish)} />
      <Change isBusy={vote.isPending} onVote={(wish) => vote.mutate(wish)} />
    </Stack>
  )
}

interface Voting {
  isBusy: boolean
  onVote: (vote: Vote) => void
}

function Question({ question, isBusy, onVote }: Voting & { question: OpenQuestion }) {
  const { t } = useTranslation()
  const { organisation, name, about, votes, threshold, hasVoted } = question
  const who = name ?? t('votes.code', { code: organisation.slice(2, 8) })
  const wish: Vote =
    about.kind === 'admission'
      ? { organisation, kind: about.as, country: about.country }
      : { organisation, change: about.change }
  return (
    <Group justify="space-between" py="sm">
      <div>
        <Text fw={600}>
          {about.kind === 'admission'
            ? t('votes.admit', { who, kind: t(`votes.kind.${about.as}`), country: about.country })
            : t(`votes.${about.change}`, { who })}
        </Text>
        <Text c="dimmed">{t('votes.count', { votes, threshold })}</Text>
      </div>
      {hasVoted ? (
        <Text>{t('votes.voted')}</Text>
      ) : (
        <Button size="md" loading={isBusy} onClick={() => onVote(wish)}>
          {t('votes.for')}
        </Button>
      )}
    </Group>
  )
}

function Admit({ isBusy, onVote }: Voting) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const [kind, setKind] = useState<OrganisationKind>('hospital')
  const [country, setCountry] = useState('IN')
  const organisation = accountIn(code)
  const isComplete = organisation !== undefined && /^[A-Z]{2}$/.test(country)
  return (
    <Paper withBorder p="md" component="section" aria-label={t('votes.propose')}>
      <Stack
        component="form"
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault()
          if (isComplete) onVote({ organisation, kind, country })
        }}
      >
        <Title order={2} size="h4">
          {t('votes.propose')}
        </Title>
        <TextInput
          size="md"
          label={t('votes.organisationCode')}
          value={code}
          autoComplete="off"
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <NativeSelect
          size="md"
          label={t('votes.kindLabel')}
          value={kind}
          data={Object.keys(organisationKinds).map((value) => ({ value, label: t(`votes.kind.${value}`) }))}
          onChange={(event) => setKind(event.currentTarget.value as OrganisationKind)}
        />
        <TextInput
          size="md"
          label={t('votes.country')}
          value={country}
          maxLength={2}
          onChange={(event) => setCountry(event.currentTarget.value.toUpperCase())}
        />
        <Button type="submit" size="md" variant="default" disabled={!isComplete} loading={isBusy}>
          {t('votes.proposeButton')}
        </Button>
      </Stack>
    </Paper>
  )
}

function Change({ isBusy, onVote }: Voting) {
  const { t } = useTranslation()
  const { data: organisations = [] } = useQuery({
    queryKey: ['organisations'],
    queryFn: () => keeper.organisations(),
  })
  const others = organisations.filter(({ isHere }) => !isHere)
  const [chosen, setChosen] = useState<Hex>()
  const [change, setChange] = useState<StandingChange>('suspend')
  const organisation = chosen ?? others[0]?.account
  if (!organisation) return null
  return (
    <Paper withBorder p="md" component="section" aria-label={t('votes.standing')}>
      <Stack
        component="form"
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault()
          onVote({ organisation, change })
        }}
      >
        <Title order={2} size="h4">
          {t('votes.standing')}
        </Title>
        <NativeSelect
          size="md"
          label={t('votes.which')}
          value={organisation}
          data={others.map((other) => ({ value: other.account, label: nameOfOrganisation(t, other) }))}
          onChange={(event) => setChosen(event.currentTarget.value as Hex)}
        />
        <NativeSelect
          size="md"
          label={t('votes.change')}
          value={change}
          data={Object.keys(standingChanges).map((value) => ({ value, label: t(`votes.changes.${value}`) }))}
          onChange={(event) => setChange(event.currentTarget.value as StandingChange)}
        />
        <Button type="submit" size="md" variant="default" loading={isBusy}>
          {t('votes.proposeButton')}
        </Button>
      </Stack>
    </Paper>
  )
}
