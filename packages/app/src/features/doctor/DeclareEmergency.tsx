import { Alert, Button, Radio, Stack, Text, Textarea, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, navigate, useParams } from '../../app/navigation.tsx'
import type { Hex } from '../../keeper/api.ts'
import type { DeclareWish } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'

/** As the contract numbers them (B4). */
const reasons: readonly DeclareWish['reason'][] = [
  'unresponsive',
  'life in danger',
  'unable to consent',
  'guardian unreachable',
  'disaster',
]
const periods = [15, 30, 60]
const wordsMax = 2_000

/** Breaking the glass: what is done, who will see it, and a reason that somebody else will judge. */
export function Page() {
  const { t } = useTranslation()
  const { patient } = useParams('/patients/$patient/emergency')
  const queries = useQueryClient()
  const [reason, setReason] = useState<DeclareWish['reason']>()
  const [words, setWords] = useState('')
  const [minutes, setMinutes] = useState(30)
  const [isTried, setTried] = useState(false)
  const isComplete = reason !== undefined && words.trim() !== ''
  const declare = useMutation({
    mutationFn: (wish: DeclareWish) => keeper.declareEmergency(wish),
    async onSuccess() {
      queries.removeQueries({ queryKey: ['chart', patient] })
      await queries.invalidateQueries({ queryKey: ['today'] })
      navigate(`/patients/${patient}`, { replace: true })
    },
  })

  function submit(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (isComplete) declare.mutate({ patient: patient as Hex, reason, words: words.trim(), minutes })
  }

  return (
    <Stack component="form" onSubmit={submit}>
      <Title order={1}>{t('glass.title')}</Title>
      <Alert
        color="red"
        variant="outline"
        icon={<IconAlertTriangle aria-hidden />}
        title={t('glass.onlyWhen')}
      >
        {t('glass.what')}
      </Alert>
      <Radio.Group
        size="md"
        label={t('glass.reason')}
        value={reason ?? ''}
        onChange={(value) => setReason(value as DeclareWish['reason'])}
        error={isTried && !reason && t('glass.reasonMissing')}
      >
        <Stack gap="sm" mt="xs">
          {reasons.map((each) => (
            <Radio key={each} size="md" value={each} label={t(`glass.reasons.${each}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea
        size="md"
        label={t('glass.words')}
        description={t('glass.wordsHint')}
        rows={3}
        maxLength={wordsMax}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        error={isTried && words.trim() === '' && t('glass.wordsMissing')}
      />
      <Radio.Group
        size="md"
        label={t('glass.long')}
        value={String(minutes)}
        onChange={(value) => setMinutes(Number(value))}
      >
        <Stack gap="sm" mt="xs">
          {periods.map((period) => (
            <Radio
              key={period}
              size="md"
              value={String(period)}
              label={t('glass.minutes', { count: period })}
            />
          ))}
        </Stack>
      </Radio.Group>
      {declare.isError && <FailureNote error={declare.error} saved={t('glass.notDeclared')} />}
      <Button type="submit" size="md" color="red" loading={declare.isPending}>
        {t('glass.declare')}
      </Button>
      {declare.isPending && <Text role="status">{t('glass.working')}</Text>}
      <Button component={Link} to={`/patients/${patient}/ask`} size="md" variant="subtle">
        {t('glass.instead')}
      </Button>
    </Stack>
  )
}
