import { Alert, Button, Checkbox, Radio, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Waiting } from '../../app/Waiting.tsx'
import type { CountriesHere, ReadingAbroad } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatCountry } from '../../ui/format.ts'
import { Saved, sentenceOf } from './words.tsx'

const readings: ReadingAbroad[] = ['granted', 'emergency', 'never']

/** In which countries hospitals may keep copies of one's sealed records, and whether anybody abroad may open them. */
export function Page() {
  const { data, error, refetch } = useQuery({
    queryKey: ['countries'],
    queryFn: () => keeper.countries(),
    staleTime: 0,
  })
  const { t } = useTranslation()
  return (
    <Stack>
      <Title order={1}>{t('countries.title')}</Title>
      <Text>{t('countries.what')}</Text>
      {error && <FailureNote error={error} onRetry={() => void refetch()} />}
      {data ? <Choices said={data} /> : !error && <Waiting />}
    </Stack>
  )
}

function Choices({ said }: { said: CountriesHere }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [countries, setCountries] = useState(said.countries)
  const [readingAbroad, setReading] = useState(said.readingAbroad)
  const allow = useMutation({
    mutationFn: () => keeper.allowCountries({ countries, readingAbroad }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['countries'] }),
  })
  const change =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      allow.reset()
      set(value)
    }
  return (
    <>
      {said.said === 'never' && <Text>{t('countries.unsaid')}</Text>}
      {said.said === 'again' && (
        <Alert role="status" color="orange" variant="outline" title={t('countries.again')}>
          {t('countries.againWhy')}
        </Alert>
      )}
      <Checkbox.Group
        size="md"
        label={t('countries.where')}
        value={countries}
        onChange={change(setCountries)}
      >
        <Stack gap="sm" mt="xs">
          {said.offered.map((country) => (
            <Checkbox key={country} size="md" value={country} label={formatCountry(i18n.language, country)} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Radio.Group
        size="md"
        label={t('countries.reading')}
        value={readingAbroad}
        onChange={change((value: string) => setReading(value as ReadingAbroad))}
      >
        <Stack gap="sm" mt="xs">
          {readings.map((reading) => (
            <Radio key={reading} size="md" value={reading} label={t(`countries.${reading}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Alert role="status" color="teal" variant="light" aria-live="polite">
        <Text size="lg" c="var(--mantine-color-text)">
          {sentenceOf(t, i18n.language, { countries, readingAbroad })}
        </Text>
      </Alert>
      {countries.length === 0 && <Text>{t('countries.careNowhere')}</Text>}
      {readingAbroad === 'never' && <Text>{t('countries.careNever')}</Text>}
      {allow.isError && <FailureNote error={allow.error} saved={t('countries.notSaved')} />}
      {allow.isSuccess && <Saved unreachable={allow.data.unreachable} />}
      <Button size="md" loading={allow.isPending} onClick={() => allow.mutate()}>
        {t('countries.save')}
      </Button>
    </>
  )
}
