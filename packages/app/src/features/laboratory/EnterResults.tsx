import { Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ResultsForm } from './ResultsForm.tsx'

/** Results typed from the bench, for a patient who is named by a code. */
export function Page() {
  const { t } = useTranslation()
  return (
    <Stack>
      <Title order={1}>{t('laboratory.enter')}</Title>
      <ResultsForm order={null} />
    </Stack>
  )
}
