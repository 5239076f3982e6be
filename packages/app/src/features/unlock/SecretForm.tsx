import { Button, PasswordInput, Stack, Textarea } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Secret, Status } from '../../keeper/api.ts'
import { hasPasskeys, usePasskey as askPasskey } from '../../ui/passkey.ts'

/** By whichever way the person has at hand: passkey and password first, the paper for whoever asks. */
export function SecretForm({
  status,
  isPending,
  words,
  onSecret,
}: {
  status: Pick<Status, 'ways' | 'credentials'> | undefined
  isPending: boolean
  /** On the buttons; what it opens when left out. */
  words?: string
  onSecret: (secret: () => Promise<Secret> | Secret) => void
}) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const [phrase, setPhrase] = useState('')
  const credentials = status?.credentials ?? []
  const [isOnPaper, setOnPaper] = useState(false)
  return (
    <Stack>
      {credentials.length > 0 && hasPasskeys() && (
        <Button
          size="md"
          h="auto"
          mih="3rem"
          leftSection={<IconFingerprint aria-hidden />}
          loading={isPending}
          onClick={() => onSecret(() => askPasskey(credentials))}
        >
          {words ? `${words}: ${t('unlock.passkey')}` : t('unlock.passkey')}
        </Button>
      )}
      {status?.ways.includes('password') && (
        <Stack
          component="form"
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault()
            onSecret(() => ({ kind: 'password', password }))
          }}
        >
          <PasswordInput
            size="md"
            label={t('unlock.password')}
            value={password}
            autoComplete="current-password"
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={isPending} disabled={password === ''}>
            {words ?? t('unlock.open')}
          </Button>
        </Stack>
      )}
      {!isOnPaper ? (
        <Button variant="subtle" size="md" onClick={() => setOnPaper(true)} h="auto" mih="3rem">
          {t('unlock.usePhrase')}
        </Button>
      ) : (
        <Stack
          component="form"
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault()
            onSecret(() => ({ kind: 'phrase', phrase: asWritten(phrase) }))
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
          <Button type="submit" size="md" loading={isPending} disabled={phrase.trim() === ''}>
            {words ?? t('unlock.open')}
          </Button>
        </Stack>
      )}
    </Stack>
  )
}

/** As it stands on the paper, however it was typed. */
const asWritten = (phrase: string): string => phrase.trim().toLowerCase().split(/\s+/).join(' ')
