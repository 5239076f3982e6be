import { useParams } from '@tanstack/react-router'
import { Page as HelpedShares } from './HelpedShares.tsx'
import { Page as HelpedVisits } from './HelpedVisits.tsx'

/** Beside the records of somebody who is looked after: who looked, and who may. */
export function Page() {
  const { place } = useParams({ strict: false }) as { place?: string }
  return place === 'visits' ? <HelpedVisits /> : <HelpedShares />
}
