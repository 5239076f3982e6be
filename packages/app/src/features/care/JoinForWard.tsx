import { Alert, Button, Loader, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { Hex } from '../../keeper/api.ts'
import { Failure, keeper, onProgress } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { CheckPaper } from '../join/CheckPaper.tsx'
import { PaperWords } from '../join/PaperWords.tsx'
import { Opening } from '../home/Opening.tsx'
import { NameForm } from '../recovery/NameForm.tsx'

/**
 * The front desk's link for a child, or somebody without a device, on the device of whoever looks after them: their name, their paper,
 * and then they are among those whom this person helps.
 */
export default function JoinForWard({ invitation, hospital }: { invitation: Hex; hospital: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const pending = useQuery({ queryKey: ['ward'], queryFn: () => keeper.pendingWard(), staleTime: 0 })
  const [doing, setDoing] = useState('keys')
  useEffect(() => onProgress(({ step }) => setDoing(step)), [])
  const join = useMutation({
    mutationFn: (name: string) =>
      keeper.joinWard({ invitation: pending.data?.invitation ?? invitation, name }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['helped'] }),
  })
  if (pending.error) return <FailureNote error={pending.error} onRetry={() => void pending.refetch()} />
  if (pending.isPending) return <Opening progress={undefined} text={t('helped.loading')} />
  if (join.isSuccess)
    return (
      <Stack>
        <Title order={1}>{t('ward.title')}</Title>
        <Alert role="status" color="teal" variant="outline">
          <Text>{t('ward.done', { name: join.variables })}</Text>
        </Alert>
        <Button component={Link} to={`/helped/${join.data}`} size="md">
          {t('helped.open', { name: join.variables })}
        </Button>
      </Stack>
    )
  return (
    <Stack>
      <Title order={1}>{t('ward.title')}</Title>
      {join.isPending && (
        <Stack align="center" role="status">
          <Loader />
          <Text>{t(`join.work.${doing}`, { name: hospital })}</Text>
        </Stack>
      )}
      {join.isError && (
        <FailureNote
          error={refused(join.error)}
          saved={t('ward.saved')}
          onRetry={() => join.mutate(join.variables)}
        />
      )}
      {join.isIdle && pending.data && (
        <>
          <Text>{t('ward.pending', { name: pending.data.name })}</Text>
          <Button size="md" onClick={() => join.mutate(pending.data!.name)}>
            {t('next')}
          </Button>
        </>
      )}
      {join.isIdle && !pending.data && <NewWard onReady={join.mutate} />}
    </Stack>
  )
}

/** What they are called, and their paper. */
function NewWard({ onReady }: { onReady: (name: string) => void }) {
  const { t } = useTranslation()
  const [isWritten, setWritten] = useState(false)
  const prepare = useMutation({ mutationFn: (_name: string) => keeper.prepareWard() })
  if (!prepare.data)
    return (
      <NameForm
        label={t('ward.name')}
        submit={t('next')}
        isPending={prepare.isPending}
        onNamed={prepare.mutate}
        intro={
          <>
            <Text>{t('ward.what')}</Text>
            <Text>{t('ward.notYou')}</Text>
            {prepare.isError && <FailureNote error={prepare.error} saved={t('join.notSaved')} />}
          </>
        }
      />
    )
  const name = prepare.variables
  if (!isWritten)
    return (
      <PaperWords
        {...prepare.data}
        labels={{
          title: t('ward.paper', { name }),
          why: t('ward.paperWhy'),
          code: t('ward.code', { name }),
        }}
        onWritten={() => setWritten(true)}
      />
    )
  return (
    <CheckPaper
      phrase={prepare.data.phrase}
      onBack={() => setWritten(false)}
      onChecked={() => onReady(name)}
    />
  )
}

/** What is not found here is the invitation. */
const refused = (error: unknown): unknown =>
  error instanceof Failure && error.code === 'not-found' ? new Failure('invitation-refused', 'never') : error
