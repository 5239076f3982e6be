import {
  Button,
  Group,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSetStatus } from '../../app/status.ts'
import type { Hex } from '../../keeper/api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'

/** Somebody who has access already, on a device that does not know them. */
export function Return({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation()
  const setStatus = useSetStatus()
  const [code, setCode] = useState('')
  const [way, setWay] = useState<'phrase' | 'password'>('phrase')
  const [phrase, setPhrase] = useState('')
  const [password, setPassword] = useState('')
  const [isWrong, setWrong] = useState(false)
  const recall = useMutation({
    mutationFn: (account: Hex) =>
      keeper.recall({
        account,
        secret:
          way === 'phrase'
            ? { kind: 'phrase', phrase: phrase.trim().toLowerCase().split(/\s+/).join(' ') }
            : { kind: 'password', password },
      }),
    onSuccess: setStatus,
  })

  function open(event: React.FormEvent) {
    event.preventDefault()
    const account = accountIn(code)
    setWrong(!account)
    if (account) recall.mutate(account)
  }

  return (
    <Stack component="form" onSubmit={open}>
      <Title order={1}>{t('welcome.return')}</Title>
      <Text>{t('return.how')}</Text>
      {recall.isError && <FailureNote error={refused(recall.error)} saved={t('unlock.saved')} />}
      <TextInput
        size="md"
        label={t('return.code')}
        value={code}
        autoComplete="off"
        error={isWrong && t('return.codeWrong')}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <SegmentedControl
        size="md"
        aria-label={t('return.way')}
        value={way}
        onChange={(value) => setWay(value as 'phrase' | 'password')}
        data={[
          { value: 'phrase', label: t('return.paper') },
          { value: 'password', label: t('unlock.password') },
        ]}
      />
      {way === 'phrase' ? (
        <Textarea
          size="md"
          rows={4}
          label={t('unlock.phrase')}
          value={phrase}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setPhrase(event.currentTarget.value)}
        />
      ) : (
        <PasswordInput
          size="md"
          label={t('unlock.password')}
          value={password}
          autoComplete="current-password"
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      )}
      <Group>
        <Button variant="default" size="md" onClick={onBack}>
          {t('back')}
        </Button>
        <Button type="submit" size="md" loading={recall.isPending}>
          {t('unlock.open')}
        </Button>
      </Group>
    </Stack>
  )
}

/** A wrong secret and an unknown account look the same, on purpose. */
const refused = (error: unknown): unknown =>
  error instanceof Failure && error.code === 'not-found' ? new Failure('keystore-not-opened', 'never') : error
