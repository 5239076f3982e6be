import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant } from '../../ui/format.ts'

/** Somebody asked this person's guardians for new keys: it is said at every login, with the way to stop it (D17). */
export function RecoveryNotice() {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const { data } = useQuery({
    queryKey: ['recoveries'],
    queryFn: () => keeper.recoveriesUnderWay(),
    staleTime: 0,
  })
  const stop = useMutation({
    mutationFn: () => keeper.vetoRecovery(),
    onSuccess: () => {
      queries.setQueryData(['recoveries'], [])
      void queries.invalidateQueries({ queryKey: ['council'] })
    },
  })
  if (stop.isSuccess)
    return (
      <Alert role="status" color="teal" variant="outline">
        <Text>{t('guardians.stopped')}</Text>
      </Alert>
    )
  const [first] = data ?? []
  if (!first) return null
  return (
    <Alert
      role="alert"
      color="red"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('guardians.stopTitle')}
    >
      <Stack gap="xs">
        <Text>
          {t('guardians.stopWhat', {
            date: formatInstant(i18n.language, first.startedAt),
            approvals: first.approvals,
            threshold: first.threshold,
          })}
        </Text>
        {first.readyAt !== null && (
          <Text fw={600}>
            {t('guardians.stopReady', { date: formatInstant(i18n.language, first.readyAt) })}
          </Text>
        )}
        <Text>{t('guardians.stopOwn')}</Text>
        {stop.isError && <FailureNote error={stop.error} saved={t('guardians.stopFailed')} />}
        <Button size="md" color="red" loading={stop.isPending} onClick={() => stop.mutate()}>
          {t('guardians.stopNo')}
        </Button>
        {stop.isPending && <Text role="status">{t('guardians.stopWorking')}</Text>}
      </Stack>
    </Alert>
  )
}
