import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { CountryWish } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { Saved, sentenceOf } from './words.tsx'

/** Another key signs for this person now: what was said of countries is shown, and said again in one press (P4). */
export default function SayAgain({ wish }: { wish: CountryWish }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const allow = useMutation({
    mutationFn: () => keeper.allowCountries(wish),
    // The notice stays, and says that it is done: what to repeat is asked at the next login.
    onSuccess: () => queries.invalidateQueries({ queryKey: ['countries'] }),
  })
  if (allow.isSuccess) return <Saved unreachable={allow.data.unreachable} />
  return (
    <Alert role="status" color="orange" variant="outline" title={t('countries.again')}>
      <Stack gap="xs">
        <Text>{t('countries.againWhy')}</Text>
        <Text fw={600}>{sentenceOf(t, i18n.language, wish)}</Text>
        {allow.isError && <FailureNote error={allow.error} saved={t('countries.notSaved')} />}
        <Group>
          <Button size="md" loading={allow.isPending} onClick={() => allow.mutate()}>
            {t('countries.sayAgain')}
          </Button>
          <Button component={Link} to="/countries" size="md" variant="default">
            {t('countries.sayOther')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
