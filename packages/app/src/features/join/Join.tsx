import { Loader, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate, useParams } from '../../app/navigation.tsx'
import { useSetStatus, useStatus } from '../../app/status.ts'
import type { Hex, Secret } from '../../keeper/api.ts'
import { Failure, keeper, onProgress } from '../../keeper/client.ts'
import { saying } from '../../messages/messages.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { NewWays } from './NewWays.tsx'

/** Who is signed in already was given the link for somebody else. */
const JoinForWard = lazy(saying('care', () => import('../care/JoinForWard.tsx')))

/** From the link of the front desk to an open chart: one way in, one on paper, then the hospital's word. */
export function Page() {
  const { t } = useTranslation()
  const { secret } = useParams('/join/$secret')
  const setStatus = useSetStatus()
  const { data: status } = useStatus()
  const { data: exchange } = useQuery({ queryKey: ['exchange'], queryFn: hospitalName })
  const [doing, setDoing] = useState('keys')
  useEffect(() => onProgress((progress) => setDoing(progress.step)), [])

  const join = useMutation({
    mutationFn: (ways: { first: Secret; phrase: string }) =>
      keeper.join({ invitation: secret.toLowerCase() as Hex, ...ways }),
    // The words are on paper now: this page forgets them, and the link with its secret leaves the address.
    onSuccess: (status) => {
      navigate('/', { replace: true })
      setStatus(status)
    },
  })

  const name = exchange ?? ''
  if (status?.state === 'open' && status.joined && !join.isSuccess)
    return (
      <Suspense>
        <JoinForWard invitation={secret.toLowerCase() as Hex} hospital={name} />
      </Suspense>
    )
  return (
    <Stack>
      <Title order={1}>{t('join.title')}</Title>
      {join.isIdle ? (
        <NewWays
          intro={<Text>{t('join.invited', { name })}</Text>}
          prepare={async () => {
            const { phrase, account } = await keeper.prepare()
            return { phrase, code: `hre:${account}` }
          }}
          onReady={join.mutate}
        />
      ) : (
        <Stack align="center" mih="30vh" justify="center" role="status">
          {join.isError ? (
            <FailureNote
              error={refused(join.error)}
              saved={t('join.saved')}
              onRetry={() => join.mutate(join.variables)}
            />
          ) : (
            <>
              <Loader />
              <Text>{t(`join.work.${doing}`, { name })}</Text>
            </>
          )}
        </Stack>
      )}
    </Stack>
  )
}

/** What is not found here is the invitation. */
const refused = (error: unknown): unknown =>
  error instanceof Failure && error.code === 'not-found' ? new Failure('invitation-refused', 'never') : error

async function hospitalName(): Promise<string> {
  const answer = (await (await fetch('/v1/exchange')).json()) as { name: string }
  return answer.name
}
