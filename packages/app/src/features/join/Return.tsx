import { Button, Group, PasswordInput, Radio, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate } from '../../app/navigation.tsx'
import { useSetStatus } from '../../app/status.ts'
import type { Hex, Secret, WalletChoice } from '../../keeper/api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { saying } from '../../messages/messages.ts'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { hasPasskeys, usePasskey as askPasskey } from '../../ui/passkey.ts'

const Recover = lazy(() => import('../recovery/Recover.tsx'))

const WithWallet = lazy(saying('wallet', () => import('../wallet/WithWallet.tsx')))

const ways = ['phrase', 'password', 'passkey'] as const
type Way = (typeof ways)[number]

/** Somebody who has access already, on a device that does not know them. */
export function Return({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation()
  const setStatus = useSetStatus()
  const [code, setCode] = useState('')
  const [way, setWay] = useState<Way>('phrase')
  const [phrase, setPhrase] = useState('')
  const [password, setPassword] = useState('')
  const [isWrong, setWrong] = useState(false)
  const [isLost, setLost] = useState(false)
  const recall = useMutation({
    mutationFn: async (wish: { account: Hex; wallet?: WalletChoice }) =>
      keeper.recall({ ...wish, secret: await secret() }),
    onSuccess: (status) => {
      // Wherever the one before left this device.
      navigate('/', { replace: true })
      setStatus(status)
    },
  })

  /** The way in was right, but this app's own key does not sign: a wallet does. */
  const isSignedElsewhere =
    recall.error instanceof Failure &&
    (recall.error.code === 'signature-invalid' || recall.error.code.startsWith('wallet-'))

  function secret(): Promise<Secret> | Secret {
    // The person says which passkey it is: this device knows none.
    if (way === 'passkey') return askPasskey([])
    if (way === 'password') return { kind: 'password', password }
    return { kind: 'phrase', phrase: phrase.trim().toLowerCase().split(/\s+/).join(' ') }
  }

  function open(event: React.FormEvent) {
    event.preventDefault()
    const account = accountIn(code)
    setWrong(!account)
    if (account) recall.mutate({ account })
  }

  if (isLost)
    return (
      <Suspense>
        <Recover onBack={() => setLost(false)} />
      </Suspense>
    )
  return (
    <Stack component="form" onSubmit={open}>
      <Title order={1}>{t('welcome.return')}</Title>
      <Text>{t('return.how')}</Text>
      {recall.isError && !isSignedElsewhere && (
        <FailureNote error={refused(recall.error)} saved={t('unlock.saved')} />
      )}
      {recall.variables && isSignedElsewhere && (
        <Suspense>
          <WithWallet
            error={recall.error}
            onChosen={(wallet) => recall.mutate({ account: recall.variables.account, wallet })}
          />
        </Suspense>
      )}
      <TextInput
        size="md"
        label={t('return.code')}
        value={code}
        autoComplete="off"
        error={isWrong && t('return.codeWrong')}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Radio.Group size="md" label={t('return.way')} value={way} onChange={(value) => setWay(value as Way)}>
        <Stack gap="sm" mt="xs">
          {ways
            .filter((kind) => kind !== 'passkey' || hasPasskeys())
            .map((kind) => (
              <Radio key={kind} size="md" value={kind} label={t(`ways.kind.${kind}`)} />
            ))}
        </Stack>
      </Radio.Group>
      {way === 'phrase' && (
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
      )}
      {way === 'password' && (
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
      <Button variant="subtle" size="md" h="auto" mih="3rem" onClick={() => setLost(true)}>
        {t('recover.open')}
      </Button>
    </Stack>
  )
}

/** A wrong secret and an unknown account look the same, on purpose. */
const refused = (error: unknown): unknown =>
  error instanceof Failure && error.code === 'not-found' ? new Failure('keystore-not-opened', 'never') : error
