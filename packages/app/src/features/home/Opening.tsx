import { Progress, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Progress as Steps } from '../../keeper/api.ts'

/** How far the opening has come, on this device. */
export function Opening({ progress, text }: { progress: Steps | undefined; text: string }) {
  const { t } = useTranslation()
  const { done, of } = progress ?? {}
  return (
    <Stack mih="40vh" justify="center">
      <Text ta="center" role="status">
        {text}
      </Text>
      <Progress value={of ? (100 * (done ?? 0)) / of : 5} aria-label={text} size="lg" />
      {of !== undefined && (
        <Text ta="center" c="dimmed">
          {t('home.loaded', { done, of })}
        </Text>
      )}
    </Stack>
  )
}
