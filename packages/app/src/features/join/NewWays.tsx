import { useState } from 'react'
import type { Secret } from '../../keeper/api.ts'
import { CheckPaper } from './CheckPaper.tsx'
import { ChooseWay } from './ChooseWay.tsx'
import { PaperWords } from './PaperWords.tsx'

/** Two ways in, before anything is sealed by them: one that is quick, one on paper. */
export function NewWays({
  intro,
  prepare,
  onReady,
}: {
  /** Above the first step. */
  intro: React.ReactNode
  /** The words for the paper, and the code to write beside them. */
  prepare: () => Promise<{ phrase: string; code: string }>
  onReady: (ways: { first: Secret; phrase: string }) => void
}) {
  const [first, setFirst] = useState<Secret>()
  const [paper, setPaper] = useState<{ phrase: string; code: string }>()
  const [isWritten, setWritten] = useState(false)
  if (!first || !paper)
    return (
      <>
        {intro}
        <ChooseWay
          onChosen={async (way) => {
            setPaper(await prepare())
            setFirst(way)
          }}
        />
      </>
    )
  if (!isWritten) return <PaperWords {...paper} step={2} onWritten={() => setWritten(true)} />
  return (
    <CheckPaper
      phrase={paper.phrase}
      step={3}
      onBack={() => setWritten(false)}
      onChecked={() => onReady({ first, phrase: paper.phrase })}
    />
  )
}
