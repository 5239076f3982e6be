import { Button, Paper, Stack, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChartItem } from '../../chart/item.ts'
import { Fold } from '../../ui/Fold.tsx'
import { formatDay } from '../../ui/format.ts'
import { ItemRows } from './ItemRow.tsx'

const daysAtFirst = 8
/** So few are shown at once. */
const openUpTo = 3

/** Newest first; measurements and results of a day fold into a line each. */
export function ByDay({ items }: { items: readonly ChartItem[] }) {
  const { t, i18n } = useTranslation()
  const [daysShown, setDaysShown] = useState(daysAtFirst)
  const shown = items.filter(({ kind }) => kind !== 'person')
  const days = [...Map.groupBy(shown, ({ date }) => date?.slice(0, 10) ?? '')].sort(([a], [b]) =>
    a < b ? 1 : -1,
  )
  return (
    <Stack component="section" aria-label={t('home.byDay')}>
      {days.slice(0, daysShown).map(([day, group]) => (
        <Paper key={day} withBorder p="xs">
          <Title order={2} size="h4" px="sm" py="xs">
            {day ? formatDay(i18n.language, day) : t('home.undated')}
          </Title>
          <Day items={group} />
        </Paper>
      ))}
      {days.length > daysShown && (
        <Button variant="default" size="md" onClick={() => setDaysShown(daysShown + daysAtFirst)}>
          {t('home.more')}
        </Button>
      )}
    </Stack>
  )
}

function Day({ items }: { items: readonly ChartItem[] }) {
  const { t } = useTranslation()
  const folded = ['measurement', 'result'] as const
  const events = items.filter(({ kind }) => kind !== 'measurement' && kind !== 'result')
  return (
    <>
      <ItemRows items={events} showsKind />
      {folded.map((kind) => {
        const group = items.filter((item) => item.kind === kind)
        if (group.length === 0) return null
        const notable = group.filter(({ standing }) => standing === 'low' || standing === 'high')
        return (
          <Fold
            key={kind}
            open={notable.length > 0 || group.length <= openUpTo}
            summary={t(kind === 'result' ? 'home.results' : 'home.measurements', { count: group.length })}
          >
            <ItemRows items={group} />
          </Fold>
        )
      })}
    </>
  )
}
