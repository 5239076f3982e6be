import { useTranslation } from 'react-i18next'
import type { ChartItem } from '../chart/item.ts'
import { formatDay, localeOf } from './format.ts'

const width = 340
const height = 190
const inset = { left: 48, right: 14, top: 16, bottom: 32 }

/**
 * Values over time as a line, with the usual range behind it. The same numbers stand in a table below it, so the
 * picture is a picture.
 */
export function Trend({ items, title }: { items: readonly ChartItem[]; title: string }) {
  const { t, i18n } = useTranslation()
  const points = items
    .flatMap(({ date, value }) =>
      date && value && value.number !== null ? [{ date, at: Date.parse(date), value: value.number }] : [],
    )
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at)
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last || points.length < 2) return null
  const range = items.findLast((item) => item.range)?.range
  const values = [
    ...points.map(({ value }) => value),
    ...[range?.low, range?.high].filter((bound) => typeof bound === 'number'),
  ]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const pad = (high - low || Math.abs(high) || 1) * 0.12
  const x = (at: number) =>
    inset.left + ((at - first.at) / (last.at - first.at || 1)) * (width - inset.left - inset.right)
  const y = (value: number) =>
    height -
    inset.bottom -
    ((value - low + pad) / (high - low + 2 * pad)) * (height - inset.top - inset.bottom)
  const number = new Intl.NumberFormat(localeOf(i18n.language), { maximumFractionDigits: 1 })
  const top = range ? y(range.high ?? high + pad) : 0
  return (
    <svg
      className="trend"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={t('trend.label', { title, count: points.length })}
    >
      {range && (
        <rect
          className="range"
          x={inset.left}
          width={width - inset.left - inset.right}
          y={top}
          height={y(range.low ?? low - pad) - top}
        />
      )}
      <polyline
        points={points.map((point) => `${x(point.at)},${y(point.value)}`).join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      />
      {points.map((point) => (
        <circle key={point.date} cx={x(point.at)} cy={y(point.value)} r="3.5" fill="currentColor" />
      ))}
      {[...new Set([low, high])].map((value) => (
        <text key={value} x={inset.left - 8} y={y(value) + 4} textAnchor="end">
          {number.format(value)}
        </text>
      ))}
      <text x={inset.left} y={height - 8}>
        {formatDay(i18n.language, first.date.slice(0, 7))}
      </text>
      <text x={width - inset.right} y={height - 8} textAnchor="end">
        {formatDay(i18n.language, last.date.slice(0, 7))}
      </text>
    </svg>
  )
}
