import { Button, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keeper } from '../../keeper/client.ts'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'

const refetchMilliseconds = 5_000

/** Whose charts are open, and who was asked. Looks for answers by itself. */
export default function Patients() {
  const { t, i18n } = useTranslation()
  const { data, error, refetch } = useQuery({
    queryKey: ['patients'],
    queryFn: () => keeper.patients(),
    staleTime: 0,
    // Only while somebody is awaited.
    refetchInterval: ({ state }) =>
      state.data?.some(({ isAwaited }) => isAwaited) ? refetchMilliseconds : false,
  })
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('chart.loading')} />
  return (
    <Stack>
      <Title order={1}>{t('patients.title')}</Title>
      {data.length === 0 && <Text>{t('patients.none')}</Text>}
      {data.length > 0 && (
        <Paper withBorder p="xs">
          <ul className="list">
            {data.map(({ patient, until, isAwaited }) => (
              <li key={patient}>
                <Link className="row" to="/patients/$patient" params={{ patient }}>
                  <span className="grow">
                    <Text span display="block" fw={600}>
                      {t('patients.unnamed', { code: patient.slice(2, 8) })}
                    </Text>
                    <Text span display="block" c="dimmed">
                      {isAwaited
                        ? t('patients.awaited')
                        : t('patients.until', { date: formatDate(i18n.language, until) })}
                    </Text>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Paper>
      )}
      <FindPatient />
    </Stack>
  )
}

function FindPatient() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [code, setCode] = useState('')
  const [isWrong, setWrong] = useState(false)
  function find(event: React.FormEvent) {
    event.preventDefault()
    const patient = accountIn(code)
    setWrong(!patient)
    if (patient) void navigate({ to: '/patients/$patient/ask', params: { patient } })
  }
  return (
    <Paper withBorder p="md" component="section">
      <Stack component="form" onSubmit={find}>
        <Title order={2} size="h4">
          {t('patients.add')}
        </Title>
        <TextInput
          size="md"
          label={t('patients.code')}
          value={code}
          autoComplete="off"
          error={isWrong && t('patients.codeWrong')}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" size="md" disabled={code === ''}>
          {t('next')}
        </Button>
      </Stack>
    </Paper>
  )
}
