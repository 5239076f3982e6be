import { Button, Divider, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Secret } from '../../keeper/api.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { createPasskey, hasPasskeys } from '../../ui/passkey.ts'

const passwordLengthMin = 12

/** The first way in: the device's own, or a password. */
export function ChooseWay({ onChosen }: { onChosen: (way: Secret) => Promise<void> }) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [wrong, setWrong] = useState<'passwordShort' | 'passwordDiffers'>()
  const [failure, setFailure] = useState<unknown>()

  async function choosePasskey() {
    setFailure(undefined)
    try {
      await onChosen(await createPasskey(t('app')))
    } catch (error) {
      setFailure(error)
    }
  }

  async function choosePassword(event: React.FormEvent) {
    event.preventDefault()
    if (password.length < passwordLengthMin) return setWrong('passwordShort')
    if (password !== again) return setWrong('passwordDiffers')
    await onChosen({ kind: 'password', password }).catch(setFailure)
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
            onClick={() => void choosePasskey()}
            styles={{ label: { whiteSpace: 'normal' } }}
          >
            {t('join.usePasskey')}
          </Button>
          <Divider />
        </>
      )}
      <Stack component="form" onSubmit={(event: React.FormEvent) => void choosePassword(event)}>
        <PasswordInput
          size="md"
          label={t('join.password')}
          description={t('join.passwordHint')}
          value={password}
          autoComplete="new-password"
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={wrong === 'passwordShort' && t('join.passwordShort')}
        />
        <PasswordInput
          size="md"
          label={t('join.repeat')}
          value={again}
          autoComplete="new-password"
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={wrong === 'passwordDiffers' && t('join.passwordDiffers')}
        />
        <Button type="submit" size="md" variant={hasPasskeys() ? 'default' : 'filled'}>
          {t('next')}
        </Button>
      </Stack>
    </Stack>
  )
}
