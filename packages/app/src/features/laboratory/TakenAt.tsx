import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** When the sample was taken, on this clock: see `minuteNow`. */
export function TakenAt({
  value,
  isTried,
  onChange,
}: {
  value: string
  isTried: boolean
  onChange: (value: string) => void
}) {
  const { t } = useTranslation()
  return (
    <TextInput
      size="md"
      type="datetime-local"
      label={t('laboratory.taken')}
      value={value}
      error={isTried && value === '' && t('laboratory.takenMissing')}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
