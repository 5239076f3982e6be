import { Button, Group, Loader, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSetStatus } from '../../app/status.ts'
import type { Hex, Secret } from '../../keeper/api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { NewWays } from '../join/NewWays.tsx'

/** Nothing left but people: asks an account's guardians for new keys, sealed by new ways from the first moment (K8). */
export default function Recover({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation()
  const setStatus = useSetStatus()
  const [account, setAccount] = useState<Hex>()
  const start = useMutation({
    mutationFn: (ways: { first: Secret; phrase: string }) =>
      keeper.startRecovery({ account: account!, ...ways }),
    onSuccess: setStatus,
  })
  return (
    <Stack>
      <Title order={1}>{t('recover.title')}</Title>
      {!account && <AskCode onCode={setAccount} onBack={onBack} />}
      {account && start.isIdle && (
        <NewWays
          intro={null}
          prepare={async () => ({ phrase: await keeper.newPhrase(), code: `hre:${account}` })}
          onReady={start.mutate}
        />
      )}
      {start.isPending && (
        <Stack align="center" mih="30vh" justify="center" role="status">
          <Loader />
          <Text>{t('recover.asking')}</Text>
        </Stack>
      )}
      {start.isError && (
        <>
          <FailureNote
            error={start.error}
            saved={isUnknown(start.error) ? t('recover.none') : t('join.notSaved')}
            onRetry={() => start.mutate(start.variables)}
          />
          <Button variant="default" size="md" onClick={onBack}>
            {t('back')}
          </Button>
        </>
      )}
    </Stack>
  )
}

const isUnknown = (error: unknown) => error instanceof Failure && error.code === 'not-found'

function AskCode({ onCode, onBack }: { onCode: (account: Hex) => void; onBack: () => void }) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const [isWrong, setWrong] = useState(false)

  function go(event: React.FormEvent) {
    event.preventDefault()
    const account = accountIn(code)
    setWrong(!account)
    if (account) onCode(account)
  }

  return (
    <Stack component="form" onSubmit={go}>
      <Text>{t('recover.how')}</Text>
      <TextInput
        size="md"
        label={t('recover.code')}
        description={t('recover.codeHow')}
        value={code}
        autoComplete="off"
        error={isWrong && t('return.codeWrong')}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Group>
        <Button variant="default" size="md" onClick={onBack}>
          {t('back')}
        </Button>
        <Button type="submit" size="md">
          {t('recover.start')}
        </Button>
      </Group>
    </Stack>
  )
}
