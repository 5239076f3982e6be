const width = 72
const height = 24
const inset = 3

/** The last values as a small line; what it shows is said in words beside it. @param values - in the order of time. */
export function Spark({ values }: { values: readonly number[] }) {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (index: number) => inset + (index / (values.length - 1)) * (width - 2 * inset)
  const y = (value: number) => height - inset - ((value - low) / (high - low || 1)) * (height - 2 * inset)
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden>
      <polyline
        points={values.map((value, index) => `${x(index)},${y(value)}`).join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      />
      <circle cx={x(values.length - 1)} cy={y(values.at(-1)!)} r="3" fill="currentColor" />
    </svg>
  )
}
