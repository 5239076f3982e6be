import { Alert, Button, Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'

/** What was signed is in the chart, which is the next thing to look at. */
export function Filed({ title, text, patient }: { title: string; text: string; patient: string }) {
  const { t } = useTranslation()
  return (
    <Stack>
      <Title order={1}>{title}</Title>
      <Alert role="status" color="teal" variant="outline">
        {text}
      </Alert>
      <Button component={Link} to={`/patients/${patient}`} size="md">
        {t('patients.open')}
      </Button>
    </Stack>
  )
}
