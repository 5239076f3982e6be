import { Alert, Button, Paper, Stack, Text, Textarea, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { nameOfReader } from '../../ui/format.ts'

/** Being somebody's guardian: hearing eight words from them, and helping (K8). */
export function Page() {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const help = useMutation({ mutationFn: () => keeper.helpRecover(words.trim().toLowerCase()) })
  return (
    <Stack>
      <Title order={1}>{t('help.title')}</Title>
      <Text>{t('help.what')}</Text>
      <Alert color="orange" variant="outline">
        <Text>{t('help.sure')}</Text>
      </Alert>
      {help.isError && <FailureNote error={help.error} saved={t('help.notSaved')} />}
      {help.isSuccess ? (
        <Alert role="status" color="teal" variant="outline">
          <Text>{t('help.done', { who: nameOfReader(t, help.data) })}</Text>
        </Alert>
      ) : (
        <Stack
          component="form"
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault()
            help.mutate()
          }}
        >
          <Textarea
            size="md"
            rows={3}
            label={t('help.words')}
            description={t('help.wordsHint')}
            value={words}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={help.isPending} disabled={words.trim() === ''}>
            {t('help.confirm')}
          </Button>
          {help.isPending && <Text role="status">{t('help.working')}</Text>}
        </Stack>
      )}
      <Wards />
    </Stack>
  )
}

/** Those who chose this person, with the code that they need and may have lost. */
function Wards() {
  const { t } = useTranslation()
  const wards = useQuery({ queryKey: ['wards'], queryFn: () => keeper.wards() })
  if (!wards.data) return null
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4">
        {t('help.wards')}
      </Title>
      {wards.data.length === 0 && <Text my="xs">{t('help.wardsNone')}</Text>}
      <ul className="list">
        {wards.data.map((ward) => (
          <li key={ward.account} className="row">
            <span className="grow">
              <Text span display="block" fw={600}>
                {nameOfReader(t, ward)}
              </Text>
              <Text span display="block" size="sm">
                {t('help.code')}
              </Text>
              <Text span display="block" size="sm" ff="monospace">
                hre:{ward.account}
              </Text>
            </span>
          </li>
        ))}
      </ul>
      <Button component={Link} to="/more" size="md" variant="default">
        {t('help.ownCode')}
      </Button>
    </Paper>
  )
}
