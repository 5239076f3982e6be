import { useParams } from '../../app/navigation.tsx'
import { Page as HelpedShares } from './HelpedShares.tsx'
import { Page as HelpedVisits } from './HelpedVisits.tsx'

/** Beside the records of somebody who is looked after: who looked, and who may. */
export function Page() {
  const { place } = useParams('/helped/$patient/$place')
  return place === 'visits' ? <HelpedVisits /> : <HelpedShares />
}
