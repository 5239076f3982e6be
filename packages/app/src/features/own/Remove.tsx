import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate } from '../../app/navigation.tsx'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'

/** Takes away what this person added, after asking once. */
export default function Remove({ record }: { record: Hex }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isAsked, setAsked] = useState(false)
  const remove = useMutation({
    mutationFn: () => keeper.removeOwn(record),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ['chart', null], refetchType: 'all' })
      navigate('/', { replace: true })
    },
  })
  if (!isAsked)
    return (
      <Button size="md" variant="default" onClick={() => setAsked(true)}>
        {t('own.remove')}
      </Button>
    )
  return (
    <Alert color="orange" variant="outline" role="group" aria-label={t('own.remove')}>
      <Stack>
        <Text>{t('own.removeWhat')}</Text>
        {remove.isError && <FailureNote error={remove.error} saved={t('own.removeMaybe')} />}
        <Group>
          <Button size="md" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('own.removeYes')}
          </Button>
          <Button size="md" variant="default" disabled={remove.isPending} onClick={() => setAsked(false)}>
            {t('own.removeNo')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
