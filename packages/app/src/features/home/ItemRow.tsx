import { Badge, Text } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { ChartItem } from '../../chart/item.ts'
import { formatDay, formatValue, titleOf } from '../../ui/format.ts'
import { useAddedBy } from '../../ui/addedBy.ts'

interface RowParts {
  withDay?: boolean
  showsKind?: boolean
}

/** Records, a line each. */
export const ItemRows = ({ items, ...parts }: RowParts & { items: readonly ChartItem[] }) => (
  <ul className="list">
    {items.map((item) => (
      <li key={item.record}>
        <ItemRow item={item} {...parts} />
      </li>
    ))}
  </ul>
)

/** One record as a line that opens it. */
export function ItemRow({ item, withDay = false, showsKind = false }: RowParts & { item: ChartItem }) {
  const { t, i18n } = useTranslation()
  const addedBy = useAddedBy(item)
  const day = withDay && item.date ? formatDay(i18n.language, item.date) : ''
  const below = [item.order && t(`order.${item.order}`), day, addedBy].filter(Boolean).join(' · ')
  return (
    <Link className="row" to={`/record/${item.record}`}>
      <span className="grow">
        {showsKind && (
          <Text span display="block" size="xs" c="dimmed">
            {t(`kind.${item.kind}`)}
          </Text>
        )}
        <Text span display="block">
          {titleOf(t, i18n.exists, item)}
        </Text>
        {below && (
          <Text span display="block" size="xs" c="dimmed">
            {below}
          </Text>
        )}
      </span>
      <span className="end">
        {item.value && (
          <Text span display="block" fw={600}>
            {formatValue(i18n.language, item)}
          </Text>
        )}
        <Standing standing={item.standing} />
      </span>
      <IconChevronRight aria-hidden size={18} />
    </Link>
  )
}

/** In words, with a colour beside them. */
export function Standing({ standing }: { standing: ChartItem['standing'] }) {
  const { t } = useTranslation()
  if (!standing || standing === 'normal') return null
  return (
    <Badge variant="outline" color="orange" tt="none" size="md" className="standing">
      {t(`standing.${standing}`)}
    </Badge>
  )
}
