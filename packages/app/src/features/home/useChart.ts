import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Chart, Hex, Progress } from '../../keeper/api.ts'
import { useStatus } from '../../app/status.ts'
import { keeper, onProgress } from '../../keeper/client.ts'

/** A chart, opened in the keeper; with how far it has come. @param patient - null: one's own. */
export function useChart(patient: Hex | null) {
  const [progress, setProgress] = useState<Progress>()
  const { data: status } = useStatus()
  const query = useQuery<Chart>({
    queryKey: ['chart', patient],
    queryFn: () => keeper.chart(patient),
    // One's own is looked up each time, shown meanwhile as it was; a doctor's look is one entry in the patient's log, and a
    // wallet's owner is asked at each.
    staleTime: patient === null && !status?.wallet ? 0 : 5 * 60_000,
  })
  const isWaiting = query.isPending
  useEffect(() => (isWaiting ? onProgress(setProgress) : undefined), [isWaiting])
  return { ...query, progress }
}
