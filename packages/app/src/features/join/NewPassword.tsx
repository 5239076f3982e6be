import { Button, PasswordInput, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { hasPasskeys } from '../../ui/passkey.ts'

const passwordLengthMin = 12

/** A new password, typed twice. */
export function NewPassword({
  isPending = false,
  onChosen,
}: {
  isPending?: boolean
  onChosen: (password: string) => void
}) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [wrong, setWrong] = useState<'passwordShort' | 'passwordDiffers'>()

  function choose(event: React.FormEvent) {
    event.preventDefault()
    if (password.length < passwordLengthMin) return setWrong('passwordShort')
    if (password !== again) return setWrong('passwordDiffers')
    setWrong(undefined)
    onChosen(password)
  }

  return (
    <Stack component="form" onSubmit={choose}>
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
      <Button type="submit" size="md" variant={hasPasskeys() ? 'default' : 'filled'} loading={isPending}>
        {t('next')}
      </Button>
    </Stack>
  )
}
