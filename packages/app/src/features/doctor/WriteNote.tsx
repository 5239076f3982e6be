import { Button, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'
import type { Hex } from '../../keeper/api.ts'
import type { Draft } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { FilingFailure } from '../../ui/FilingFailure.tsx'
import { Filed } from './Filed.tsx'

/** A note, sealed on this device and signed by its author. What is not finished waits here, sealed as well. */
export function Page() {
  const { patient } = useParams<'/patients/:patient/note'>()
  // Looked up once: what is being written is not written over.
  const { data: draft, error } = useQuery({
    queryKey: ['draft', patient],
    queryFn: () => keeper.draft(patient as Hex),
    gcTime: 0,
    staleTime: Infinity,
  })
  if (error) return <FailureNote error={error} />
  return draft === undefined ? null : <Note patient={patient as Hex} draft={draft} />
}

function Note({ patient, draft }: { patient: Hex; draft: Draft | null }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [title, setTitle] = useState(draft?.title ?? t('note.headingDefault'))
  const [text, setText] = useState(draft?.text ?? '')
  const [isEmpty, setEmpty] = useState(false)
  const keep = useMutation({
    // One after the other: the last word counts.
    scope: { id: 'draft' },
    mutationFn: (kept: { title: string; text: string }) => keeper.keepDraft({ patient, ...kept }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['today'] }),
  })
  const file = useMutation({
    async mutationFn() {
      await keeper.fileNote({ patient, title, text })
    },
    // What follows changes nothing about the note: it is filed.
    onSuccess() {
      keep.mutate({ title, text: '' })
      void queries.invalidateQueries({ queryKey: ['chart', patient] })
    },
  })

  function sign(event: React.FormEvent) {
    event.preventDefault()
    setEmpty(text.trim() === '')
    if (text.trim() !== '') file.mutate()
  }

  if (file.isSuccess) return <Filed title={t('note.title')} text={t('note.done')} patient={patient} />
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
        onBlur={() => text !== (draft?.text ?? '') && keep.mutate({ title, text })}
      />
      {/* As high before as after, so that the button below stays under the finger that presses it. */}
      <Text role="status" c="dimmed" mih="1lh">
        {keep.isSuccess ? t('note.kept') : ''}
      </Text>
      <Text>{t('note.warning')}</Text>
      {file.isError && (
        <FilingFailure error={file.error} not={t('note.notSaved')} maybe={t('laboratory.maybeFiled')} />
      )}
      <Button type="submit" size="md" loading={file.isPending}>
        {t('note.sign')}
      </Button>
      {file.isPending && <Text role="status">{t('note.working')}</Text>}
    </Stack>
  )
}
