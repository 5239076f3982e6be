import { Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Progress } from '../../keeper/api.ts'
import { Failure, keeper, onProgress } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { Opening } from '../home/Opening.tsx'
import { useHelpedName } from './Acting.tsx'
import { HelpedFrame, usePatient } from './HelpedFrame.tsx'

/** From the home of patients, of which nothing is moved for this. */
const Records = lazy(async () => ({ default: (await import('../home/Home.tsx')).Records }))

/** The records of somebody who is looked after, as they see them. */
export function Page() {
  return (
    <HelpedFrame at="records">
      <Suspense>
        <Opened />
      </Suspense>
    </HelpedFrame>
  )
}

function Opened() {
  const { t } = useTranslation()
  const patient = usePatient()
  const name = useHelpedName(patient)
  const queries = useQueryClient()
  const [progress, setProgress] = useState<Progress>()
  const chart = useQuery({
    // Beside the charts of one's own, so that a record of it opens as one of those does.
    queryKey: ['chart', patient, 'helped'],
    queryFn: async () => {
      const opened = await keeper.chartOfHelped(patient)
      // It may have said what they are called.
      void queries.invalidateQueries({ queryKey: ['helped'] })
      return opened
    },
    // A look is one entry in the patient's log.
    staleTime: 5 * 60_000,
  })
  const isWaiting = chart.isPending
  useEffect(() => (isWaiting ? onProgress(setProgress) : undefined), [isWaiting])
  // Nothing is open to them: they may see who looked, and end what is shared.
  if (chart.error instanceof Failure && chart.error.code === 'not-found')
    return (
      <>
        <Title order={1}>{t('helped.open', { name })}</Title>
        <Text role="status">{t('helped.empty')}</Text>
      </>
    )
  if (chart.error) return <FailureNote error={chart.error} onRetry={() => void chart.refetch()} />
  if (!chart.data) return <Opening progress={progress} text={t('helped.opening')} />
  return (
    <>
      <Title order={1}>{t('helped.open', { name: chart.data.name ?? name })}</Title>
      <Records chart={chart.data} empty={t('helped.empty')} />
    </>
  )
}
