import { Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ChartItem, ItemKind } from '../../chart/item.ts'
import { Fold } from '../../ui/Fold.tsx'
import { ItemRows } from './ItemRow.tsx'

const order: readonly ItemKind[] = [
  'problem',
  'medicine',
  'allergy',
  'order',
  'result',
  'measurement',
  'vaccination',
  'report',
  'imaging',
  'procedure',
  'document',
  'visit',
  'appointment',
  'bill',
  'other',
]
const rowsAtFirst = 6

/** What there is of each kind; of what is measured again and again, the newest, with its history behind it. */
export function ByTopic({ items }: { items: readonly ChartItem[] }) {
  const { t } = useTranslation()
  const present = order.filter((kind) => items.some((item) => item.kind === kind))
  return (
    <Stack>
      {present.map((kind) => (
        <Paper key={kind} withBorder p="xs" component="section">
          <Title order={2} size="h4" px="sm" py="xs">
            {t(`kinds.${kind}`)}
          </Title>
          <Kind items={newestFirst(items.filter((item) => item.kind === kind))} />
        </Paper>
      ))}
    </Stack>
  )
}

function Kind({ items }: { items: readonly ChartItem[] }) {
  const { t } = useTranslation()
  const rows = newestOfEach(items)
  const present = rows.filter(({ isOver }) => !isOver)
  const over = rows.filter(({ isOver }) => isOver)
  const later = present.slice(rowsAtFirst)
  return (
    <>
      <ItemRows items={present.slice(0, rowsAtFirst)} withDay />
      {later.length > 0 && (
        <Fold summary={t('home.more')}>
          <ItemRows items={later} withDay />
        </Fold>
      )}
      {over.length > 0 && (
        <Fold summary={t('home.over')} open={present.length === 0}>
          <ItemRows items={over} withDay />
        </Fold>
      )}
      {rows.length === 0 && <Text c="dimmed">{t('home.none')}</Text>}
    </>
  )
}

export const newestFirst = (items: readonly ChartItem[]): ChartItem[] =>
  [...items].sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1))

/** Of items in order, the first of each code; what has none stays. */
export function newestOfEach(items: readonly ChartItem[]): ChartItem[] {
  const seen = new Set<string>()
  return items.filter(({ code, order }) => {
    // What was ordered again is another order.
    if (!code || order) return true
    if (seen.has(code)) return false
    seen.add(code)
    return true
  })
}
