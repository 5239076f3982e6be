import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Chart, Hex, Progress } from '../../keeper/api.ts'
import { keeper, onProgress } from '../../keeper/client.ts'

/** A chart, opened in the keeper; with how far it has come. @param patient - null: one's own. */
export function useChart(patient: Hex | null) {
  const [progress, setProgress] = useState<Progress>()
  const query = useQuery<Chart>({
    queryKey: ['chart', patient],
    queryFn: () => keeper.chart(patient),
    // One's own is looked up each time, shown meanwhile as it was; a doctor's look is one entry in the patient's log.
    staleTime: patient === null ? 0 : 5 * 60_000,
  })
  const isWaiting = query.isPending
  useEffect(() => (isWaiting ? onProgress(setProgress) : undefined), [isWaiting])
  return { ...query, progress }
}
