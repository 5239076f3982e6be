import { Alert, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { ChartItem } from '../../chart/item.ts'
import { ReadAloud } from '../../ui/ReadAloud.tsx'

/** Allergies come before everything else, in words that a device can speak over a bed. */
export function Warnings({ allergies, closed }: { allergies: readonly ChartItem[]; closed: number }) {
  const { t } = useTranslation()
  const known = allergies.filter(({ saysNone }) => !saysNone)
  const lines = known.map(({ title, details }) =>
    details.length > 0 ? t('warning.with', { what: title, how: details.join('; ') }) : title,
  )
  if (lines.length === 0)
    return (
      <Text role="note" fw={600}>
        {t(noneMessage(allergies.length > 0, closed > 0))}
      </Text>
    )
  const title = t('warning.title', { count: lines.length })
  return (
    <Alert
      role="region"
      aria-label={title}
      color="red"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
    >
      <Stack gap="xs" align="flex-start">
        <ul className="plain">
          {lines.map((line, index) => (
            <li key={index}>
              <Text fw={650}>{line}</Text>
            </li>
          ))}
        </ul>
        <ReadAloud text={[title, ...lines].join('. ')} />
      </Stack>
    </Alert>
  )
}

/** "None is known" is what somebody found out; "none is recorded" is what nobody wrote down. */
const noneMessage = (wasAsked: boolean, isPartlyClosed: boolean): string => {
  if (wasAsked) return 'warning.asked'
  return isPartlyClosed ? 'warning.unknown' : 'warning.none'
}
