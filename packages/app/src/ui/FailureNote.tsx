import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Failure } from '../keeper/client.ts'

/** What happened, whether anything was saved, what to do next: for every failure, in this order. */
export function FailureNote({
  error,
  saved,
  onRetry,
}: {
  error: unknown
  /** A sentence about what was saved; left out where nothing could have been. */
  saved?: string | undefined
  onRetry?: (() => void) | undefined
}) {
  const { t, i18n } = useTranslation()
  const code = error instanceof Failure ? error.code : 'internal'
  const known = i18n.exists(`failure.${code}.what`) ? code : 'internal'
  return (
    <Alert
      role="alert"
      color="red"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title={t(`failure.${known}.what`)}
      my="md"
    >
      <Stack gap="xs" align="flex-start">
        {saved && <Text>{saved}</Text>}
        <Text>{t(`failure.${known}.next`)}</Text>
        {onRetry && (
          <Button variant="default" onClick={onRetry}>
            {t('tryAgain')}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}
