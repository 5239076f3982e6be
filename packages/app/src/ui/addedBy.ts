import { useTranslation } from 'react-i18next'
import { useStatus } from '../app/status.ts'
import type { ChartItem } from '../chart/item.ts'

/** "Added by you", "Added by the patient": nobody else signed it. Empty for what an organisation recorded. */
export function useAddedBy(item: ChartItem): string {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  if (!item.isPatientsOwn) return ''
  return t(item.author === status?.account ? 'record.addedByYou' : 'record.addedByPatient')
}
