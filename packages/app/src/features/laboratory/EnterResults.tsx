import { Alert, Button, Group, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { Hex } from '../../keeper/api.ts'
import type { ResultsWish, TypedResult } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { minuteNow, withOffset } from '../../ui/localTime.ts'
import { ForWhom } from './ForWhom.tsx'
import { ResultFields } from './ResultFields.tsx'
import { worklistKey } from './useWorklist.ts'

const empty: TypedResult = { code: null, title: '', value: '', unit: '', low: '', high: '' }
/** Results typed from the bench: read back before they are signed. */
export function Page() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data: forms } = useQuery({ queryKey: ['test-forms'], queryFn: () => keeper.testForms() })
  const [code, setCode] = useState('')
  const [countersigner, setCountersigner] = useState<Hex | null>(null)
  const [takenAt, setTakenAt] = useState(minuteNow)
  const [results, setResults] = useState<readonly TypedResult[]>([empty])
  const [comment, setComment] = useState('')
  const [isTried, setTried] = useState(false)
  const patient = accountIn(code)
  const isComplete = patient !== undefined && takenAt !== '' && results.every(isFilled)
  const file = useMutation({
    mutationFn: (wish: ResultsWish) => keeper.fileResults(wish),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: worklistKey })
      await queries.invalidateQueries({ queryKey: ['test-forms'] })
    },
  })

  function sign(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (!isComplete) return
    file.mutate({
      patient,
      results: [...results],
      takenAt: withOffset(takenAt),
      comment: comment.trim(),
      countersigner,
    })
  }

  if (file.isSuccess) return <Done isAwaited={countersigner !== null} />
  return (
    <Stack component="form" onSubmit={sign}>
      <Title order={1}>{t('laboratory.enter')}</Title>
      <ForWhom
        code={code}
        onCode={setCode}
        codeError={isTried && !patient ? t('patients.codeWrong') : undefined}
        countersigner={countersigner}
        onCountersigner={setCountersigner}
      />
      <TextInput
        size="md"
        type="datetime-local"
        label={t('laboratory.taken')}
        value={takenAt}
        error={isTried && takenAt === '' && t('laboratory.takenMissing')}
        onChange={(event) => setTakenAt(event.currentTarget.value)}
      />
      {results.map((result, index) => (
        <Paper
          key={index}
          withBorder
          p="md"
          component="section"
          aria-label={t('laboratory.result', { number: index + 1 })}
        >
          <ResultFields
            result={result}
            forms={forms ?? {}}
            isTried={isTried}
            onChange={(changed) => setResults(results.with(index, changed))}
          />
          {results.length > 1 && (
            <Button
              mt="sm"
              variant="subtle"
              onClick={() => setResults(results.filter((_, other) => other !== index))}
            >
              {t('laboratory.remove')}
            </Button>
          )}
        </Paper>
      ))}
      <Group>
        <Button size="md" variant="default" onClick={() => setResults([...results, empty])}>
          {t('laboratory.another')}
        </Button>
      </Group>
      <Textarea
        size="md"
        label={t('laboratory.comment')}
        rows={2}
        maxLength={2000}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Text>{t('laboratory.warning')}</Text>
      {file.isError && <FailureNote error={file.error} saved={t('laboratory.notFiled')} />}
      <Button type="submit" size="md" loading={file.isPending}>
        {t('laboratory.sign', { count: results.length })}
      </Button>
      {file.isPending && <Text role="status">{t('note.working')}</Text>}
    </Stack>
  )
}

const isFilled = ({ title, value }: TypedResult): boolean => title.trim() !== '' && value.trim() !== ''

/** Signed and filed, and what happens next. */
export function Done({ isAwaited }: { isAwaited: boolean }) {
  const { t } = useTranslation()
  return (
    <Stack>
      <Title order={1}>{t('laboratory.title')}</Title>
      <Alert role="status" color="teal" variant="outline">
        {t(isAwaited ? 'laboratory.doneAwaited' : 'laboratory.done')}
      </Alert>
      <Button component={Link} to="/" size="md">
        {t('laboratory.back')}
      </Button>
    </Stack>
  )
}
