import { Button, PasswordInput, Stack, Text, Textarea, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { IconFingerprint } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSetStatus, useStatus } from '../../app/status.ts'
import type { Secret } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { hasPasskeys, usePasskey as askPasskey } from '../../ui/passkey.ts'

/** Signing in on a device that knows the person. */
export default function Unlock() {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  const setStatus = useSetStatus()
  const [password, setPassword] = useState('')
  const [phrase, setPhrase] = useState('')
  const credentials = status?.credentials ?? []
  const [isOnPaper, setOnPaper] = useState(false)
  const unlock = useMutation({
    mutationFn: async (secret: () => Promise<Secret> | Secret) => keeper.unlock(await secret()),
    onSuccess: setStatus,
  })

  return (
    <Stack>
      <Title order={1}>{t('unlock.title')}</Title>
      <Text>{t('unlock.why')}</Text>
      {unlock.isError && <FailureNote error={unlock.error} saved={t('unlock.saved')} />}
      {credentials.length > 0 && hasPasskeys() && (
        <Button
          size="md"
          h="auto"
          mih="3rem"
          leftSection={<IconFingerprint aria-hidden />}
          loading={unlock.isPending}
          styles={{ label: { whiteSpace: 'normal' } }}
          onClick={() => unlock.mutate(() => askPasskey(credentials))}
        >
          {t('unlock.passkey')}
        </Button>
      )}
      {status?.ways.includes('password') && (
        <Stack
          component="form"
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault()
            unlock.mutate(() => ({ kind: 'password', password }))
          }}
        >
          <PasswordInput
            size="md"
            label={t('unlock.password')}
            value={password}
            autoComplete="current-password"
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={unlock.isPending} disabled={password === ''}>
            {t('unlock.open')}
          </Button>
        </Stack>
      )}
      {!isOnPaper ? (
        <Button
          variant="subtle"
          size="md"
          onClick={() => setOnPaper(true)}
          h="auto"
          mih="3rem"
          styles={{ label: { whiteSpace: 'normal' } }}
        >
          {t('unlock.usePhrase')}
        </Button>
      ) : (
        <Stack
          component="form"
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault()
            unlock.mutate(() => ({
              kind: 'phrase',
              phrase: phrase.trim().toLowerCase().split(/\s+/).join(' '),
            }))
          }}
        >
          <Textarea
            size="md"
            label={t('unlock.phrase')}
            rows={4}
            value={phrase}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setPhrase(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={unlock.isPending} disabled={phrase.trim() === ''}>
            {t('unlock.open')}
          </Button>
        </Stack>
      )}
    </Stack>
  )
}
