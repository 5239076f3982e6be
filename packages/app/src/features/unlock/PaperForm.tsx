import { Button, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Secret } from '../../keeper/api.ts'

export default function PaperForm(props: {
  words: string
  isPending: boolean
  onSecret: (secret: () => Secret) => void
}) {
  const { t } = useTranslation()
  const [phrase, setPhrase] = useState('')
  return (
    <Stack
      component="form"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault()
        props.onSecret(() => ({ kind: 'phrase', phrase: asWritten(phrase) }))
      }}
    >
      <Textarea
        size="md"
        label={t('unlock.phrase')}
        rows={4}
        value={phrase}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => setPhrase(event.currentTarget.value)}
      />
      <Button type="submit" size="md" loading={props.isPending} disabled={phrase.trim() === ''}>
        {props.words}
      </Button>
    </Stack>
  )
}

/** As it stands on the paper, however it was typed. */
const asWritten = (phrase: string): string => phrase.trim().toLowerCase().split(/\s+/).join(' ')
