import { Button, Group, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from '../../app/navigation.tsx'
import type { Hex } from '../../keeper/api.ts'
import { Acting } from './Acting.tsx'

const places = [
  ['', 'records'],
  ['/visits', 'visits'],
  ['/shares', 'shares'],
] as const

/** Around every page about somebody who is looked after: for whom one acts, and what there is to do. */
export function HelpedFrame({
  at,
  children,
}: {
  at: 'records' | 'visits' | 'shares'
  children: React.ReactNode
}) {
  const { t } = useTranslation()
  const patient = usePatient()
  return (
    <Stack>
      <Acting patient={patient} />
      <Group component="nav" aria-label={t('more.helped')} gap="xs" grow>
        {places.map(([path, place]) => (
          <Button
            key={place}
            component={Link}
            to={`/helped/${patient}${path}`}
            size="md"
            px="xs"
            variant={place === at ? 'filled' : 'default'}
            aria-current={place === at ? 'page' : undefined}
          >
            {t(`helped.${place}`)}
          </Button>
        ))}
      </Group>
      {children}
    </Stack>
  )
}

/** Whom the page is about. */
export const usePatient = (): Hex => useParams('/helped/$patient').patient as Hex
