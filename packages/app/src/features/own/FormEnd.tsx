import { Button, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { OwnWish } from '../../keeper/api.ts'

/** What both forms are given. */
export interface FormParts {
  isPending: boolean
  onAdd: (wish: OwnWish) => void
  /** What went wrong, to be shown above the button. */
  failure: React.ReactNode
}

/** How both forms end: whose word it will be, what went wrong, and the button. */
export function FormEnd({ isPending, failure }: Omit<FormParts, 'onAdd'>) {
  const { t } = useTranslation()
  return (
    <>
      <Text>{t('own.note')}</Text>
      {failure}
      <Button type="submit" size="md" loading={isPending}>
        {t('own.add')}
      </Button>
      {isPending && <Text role="status">{t('own.working')}</Text>}
    </>
  )
}
