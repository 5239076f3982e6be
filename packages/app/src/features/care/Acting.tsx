import { Alert, Text } from '@mantine/core'
import { IconUserHeart } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'

/** What somebody is called who is looked after: as the opened chart says, as they were named here, or nothing yet. */
export function useHelpedName(patient: Hex): string {
  const { t } = useTranslation()
  const { data } = useQuery({ queryKey: ['helped'], queryFn: () => keeper.helped(), staleTime: 0 })
  return data?.find((helped) => helped.patient === patient)?.name ?? t('helped.unnamed')
}

/** Says on every page for whom one is acting. */
export function Acting({ patient }: { patient: Hex }) {
  const { t } = useTranslation()
  const name = useHelpedName(patient)
  return (
    <Alert
      className="acting"
      role="note"
      color="grape"
      variant="outline"
      icon={<IconUserHeart aria-hidden />}
      title={t('helped.acting', { name })}
    >
      <Text size="sm">{t('helped.actingWhy')}</Text>
    </Alert>
  )
}
