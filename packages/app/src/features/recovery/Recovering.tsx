import { Alert, Button, Loader, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate } from '../../app/navigation.tsx'
import { useSetStatus, useStatus } from '../../app/status.ts'
import type { RecoveryHere, Secret } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant } from '../../ui/format.ts'
import { SecretForm } from '../unlock/SecretForm.tsx'

const lookMilliseconds = 15_000

/** A device that waits for guardians, and then for three days. */
export default function Recovering() {
  const { t } = useTranslation()
  const setStatus = useSetStatus()
  const recovery = useQuery({
    queryKey: ['recovery'],
    queryFn: () => keeper.recovery(),
    staleTime: 0,
    refetchInterval: lookMilliseconds,
  })
  const startAgain = () => void keeper.forget().then(setStatus)
  const { data, error } = recovery
  return (
    <Stack>
      {(!data || data.state === 'void') && <Title order={1}>{t('recover.title')}</Title>}
      {error && <FailureNote error={error} saved={t('recover.notSaved')} />}
      {!data && !error && <Loader />}
      {data?.state === 'void' && <Text role="status">{t('recover.void')}</Text>}
      {data && data.state !== 'void' && (isReady(data) ? <Ready /> : <Wait recovery={data} />)}
      <Button
        variant="default"
        size="md"
        loading={recovery.isRefetching}
        onClick={() => void recovery.refetch()}
      >
        {t('recover.look')}
      </Button>
      {data?.state === 'void' ? (
        <Button size="md" onClick={startAgain}>
          {t('recover.again')}
        </Button>
      ) : (
        <GiveUp onSure={startAgain} />
      )}
    </Stack>
  )
}

const isReady = ({ state, readyAt }: RecoveryHere): boolean =>
  state === 'executed' || (readyAt !== null && readyAt <= Date.now() / 1000)

function Wait({ recovery: { words, approvals, threshold, readyAt } }: { recovery: RecoveryHere }) {
  const { t, i18n } = useTranslation()
  return (
    <>
      <Title order={1}>{t('recover.waitTitle')}</Title>
      {readyAt === null && (
        <>
          <Text>{t('recover.read')}</Text>
          <Paper withBorder p="md">
            <ol className="words" translate="no" lang="en">
              {words.split(' ').map((word, index) => (
                <li key={index}>{word}</li>
              ))}
            </ol>
          </Paper>
          <Text>{t('recover.where')}</Text>
        </>
      )}
      <Alert role="status" color="teal" variant="outline">
        <Text>
          {threshold === null ? t('recover.countNone') : t('recover.count', { approvals, threshold })}
        </Text>
        {readyAt !== null && (
          <Text>{t('recover.waiting', { date: formatInstant(i18n.language, readyAt) })}</Text>
        )}
      </Alert>
    </>
  )
}

function Ready() {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  const setStatus = useSetStatus()
  const finish = useMutation({
    mutationFn: async (secret: () => Promise<Secret> | Secret) => keeper.finishRecovery(await secret()),
    onSuccess: (status) => {
      // Whoever helped has to be named anew: that comes first.
      navigate('/guardians', { replace: true })
      setStatus(status)
    },
  })
  if (finish.isPending)
    return (
      <Stack align="center" mih="30vh" justify="center" role="status">
        <Loader />
        <Text ta="center">{t('recover.working')}</Text>
      </Stack>
    )
  return (
    <>
      <Title order={1}>{t('recover.readyTitle')}</Title>
      <Text>{t('recover.ready')}</Text>
      {finish.isError && <FailureNote error={finish.error} saved={t('recover.notSaved')} />}
      <SecretForm status={status} isPending={false} onSecret={finish.mutate} />
    </>
  )
}

function GiveUp({ onSure }: { onSure: () => void }) {
  const { t } = useTranslation()
  const [isSure, setSure] = useState(false)
  return isSure ? (
    <Stack gap="xs">
      <Button color="red" size="md" onClick={onSure}>
        {t('recover.giveUp')}
      </Button>
      <Button variant="default" size="md" onClick={() => setSure(false)}>
        {t('cancel')}
      </Button>
    </Stack>
  ) : (
    <Button variant="subtle" color="red" size="md" onClick={() => setSure(true)}>
      {t('recover.giveUp')}
    </Button>
  )
}
