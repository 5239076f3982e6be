import { Button, PasswordInput, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Secret } from '../../keeper/api.ts'

export default function PasswordForm(props: {
  words: string
  isPending: boolean
  onSecret: (secret: () => Secret) => void
}) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  return (
    <Stack
      component="form"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault()
        props.onSecret(() => ({ kind: 'password', password }))
      }}
    >
      <PasswordInput
        size="md"
        label={t('unlock.password')}
        value={password}
        autoComplete="current-password"
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" size="md" loading={props.isPending} disabled={password === ''}>
        {props.words}
      </Button>
    </Stack>
  )
}
