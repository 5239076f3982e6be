import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { ChartItem } from '../../chart/item.ts'
import { formatDay, formatValue, titleOf } from '../../ui/format.ts'
import { useAddedBy } from '../../ui/addedBy.ts'
import { Spark } from '../../ui/Spark.tsx'
import { Standing } from '../home/ItemRow.tsx'

/** How many of the last values the small line shows. */
const valuesShown = 8

/** A result with what it was before. @param history - of the same code, newest first, this one included. */
export function ResultRow({ item, history }: { item: ChartItem; history: readonly ChartItem[] }) {
  const { t, i18n } = useTranslation()
  const { language } = i18n
  const addedBy = useAddedBy(item)
  // A value in another unit is no earlier value of this one.
  const before = history.slice(1).find(({ value }) => value?.unit === item.value?.unit)
  const values = history
    .filter(({ value }) => value?.unit === item.value?.unit)
    .slice(0, valuesShown)
    .flatMap(({ value }) => (value && value.number !== null ? [value.number] : []))
    .reverse()
  return (
    <Link className="row" to={`/record/${item.record}`}>
      <span className="grow">
        <Text span display="block">
          {titleOf(t, i18n.exists, item)}
        </Text>
        <Text span display="block" size="xs" c="dimmed">
          {item.date && formatDay(language, item.date)}
          {before?.date &&
            ` · ${t('results.before', { value: formatValue(language, before), date: formatDay(language, before.date.slice(0, 7)) })}`}
          {addedBy && ` · ${addedBy}`}
        </Text>
      </span>
      <span className="end">
        <Text span display="block" fw={600}>
          {formatValue(language, item)}
        </Text>
        {values.length > 1 && <Spark values={values} />}
        <Standing standing={item.standing} />
      </span>
    </Link>
  )
}
