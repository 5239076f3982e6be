import { startTransition, useState, type ReactNode } from 'react'

/** Lines behind one. They are drawn once somebody opens it: a chart has hundreds, and most are never looked at. */
export function Fold({
  summary,
  open = false,
  children,
}: {
  summary: string
  /** At first. */
  open?: boolean
  children: ReactNode
}) {
  const [isDrawn, setDrawn] = useState(open)
  return (
    // It opens at once, and what is in it follows.
    <details
      className="fold"
      open={open}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) startTransition(() => setDrawn(true))
      }}
    >
      <summary>{summary}</summary>
      {isDrawn && children}
    </details>
  )
}
