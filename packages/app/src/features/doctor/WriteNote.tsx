import { Alert, Button, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'

/** A note, sealed on this device and signed by its author. */
export function Page() {
  const { t } = useTranslation()
  const { patient } = useParams({ from: '/patients/$patient/note' })
  const queries = useQueryClient()
  const [title, setTitle] = useState(t('note.headingDefault'))
  const [text, setText] = useState('')
  const [isEmpty, setEmpty] = useState(false)
  const file = useMutation({
    mutationFn: () => keeper.fileNote({ patient: patient as Hex, title, text }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['chart', patient] }),
  })

  function sign(event: React.FormEvent) {
    event.preventDefault()
    setEmpty(text.trim() === '')
    if (text.trim() !== '') file.mutate()
  }

  if (file.isSuccess)
    return (
      <Stack>
        <Alert role="status" color="teal" variant="outline">
          {t('note.done')}
        </Alert>
        <Button component={Link} to={`/patients/${patient}`} size="md">
          {t('patients.open')}
        </Button>
      </Stack>
    )
  return (
    <Stack component="form" onSubmit={sign}>
      <Title order={1}>{t('note.title')}</Title>
      <TextInput
        size="md"
        label={t('note.heading')}
        value={title}
        maxLength={120}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Textarea
        size="md"
        label={t('note.text')}
        rows={10}
        value={text}
        maxLength={10_000}
        error={isEmpty && t('note.empty')}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Text>{t('note.warning')}</Text>
      {file.isError && <FailureNote error={file.error} saved={t('note.notSaved')} />}
      <Button type="submit" size="md" loading={file.isPending}>
        {t('note.sign')}
      </Button>
      {file.isPending && <Text role="status">{t('note.working')}</Text>}
    </Stack>
  )
}
