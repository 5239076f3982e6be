import { Button, Divider, Stack, Text, Title } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Secret } from '../../keeper/api.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { createPasskey, hasPasskeys } from '../../ui/passkey.ts'
import { NewPassword } from './NewPassword.tsx'

/** The first way in: the device's own, or a password. */
export function ChooseWay({ onChosen }: { onChosen: (way: Secret) => Promise<void> }) {
  const { t } = useTranslation()
  const [failure, setFailure] = useState<unknown>()

  async function choose(way: () => Promise<Secret> | Secret) {
    setFailure(undefined)
    try {
      await onChosen(await way())
    } catch (error) {
      setFailure(error)
    }
  }

  return (
    <Stack>
      <Text c="dimmed">{t('join.step', { step: 1 })}</Text>
      <Title order={2}>{t('join.firstTitle')}</Title>
      {failure !== undefined && <FailureNote error={failure} saved={t('join.notSaved')} />}
      {hasPasskeys() && (
        <>
          <Text>{t('join.passkeyHint')}</Text>
          <Button
            size="md"
            h="auto"
            mih="3rem"
            leftSection={<IconFingerprint aria-hidden />}
            onClick={() => void choose(() => createPasskey(t('app')))}
          >
            {t('join.usePasskey')}
          </Button>
          <Divider />
        </>
      )}
      <NewPassword onChosen={(password) => void choose(() => ({ kind: 'password', password }))} />
    </Stack>
  )
}
