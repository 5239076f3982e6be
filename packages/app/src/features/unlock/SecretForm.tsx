import { Button, Stack } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Secret, Status } from '../../keeper/api.ts'
import { hasPasskeys, usePasskey as askPasskey } from '../../ui/passkey.ts'

// Whoever has a passkey types nothing.
const PasswordForm = lazy(() => import('./PasswordForm.tsx'))
const PaperForm = lazy(() => import('./PaperForm.tsx'))

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
        <Suspense>
          <PasswordForm words={words ?? t('unlock.open')} isPending={isPending} onSecret={onSecret} />
        </Suspense>
      )}
      {!isOnPaper ? (
        <Button variant="subtle" size="md" onClick={() => setOnPaper(true)} h="auto" mih="3rem">
          {t('unlock.usePhrase')}
        </Button>
      ) : (
        <Suspense>
          <PaperForm words={words ?? t('unlock.open')} isPending={isPending} onSecret={onSecret} />
        </Suspense>
      )}
    </Stack>
  )
}
