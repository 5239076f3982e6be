import { Stack, Text, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSetStatus, useStatus } from '../../app/status.ts'
import type { Secret } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { SecretForm } from './SecretForm.tsx'

/** Signing in on a device that knows the person. */
export default function Unlock() {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  const setStatus = useSetStatus()
  const unlock = useMutation({
    mutationFn: async (secret: () => Promise<Secret> | Secret) => keeper.unlock(await secret()),
    onSuccess: setStatus,
  })

  return (
    <Stack>
      <Title order={1}>{t('unlock.title')}</Title>
      <Text>{t('unlock.why')}</Text>
      {unlock.isError && <FailureNote error={unlock.error} saved={t('unlock.saved')} />}
      <SecretForm status={status} isPending={unlock.isPending} onSecret={unlock.mutate} />
    </Stack>
  )
}
