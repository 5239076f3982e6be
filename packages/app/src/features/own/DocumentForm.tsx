import { Alert, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { ownDocumentKinds, ownDocumentTypes, ownTitle, type OwnDocumentKind } from '@hre/fhir'
import { IconCamera } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChooseFile } from '../../ui/ChooseFile.tsx'
import { minuteNow } from '../../ui/localTime.ts'
import { FormEnd, type FormParts } from './FormEnd.tsx'
import { FileRefused, readFile } from './readFile.ts'

const kinds = Object.keys(ownDocumentKinds) as OwnDocumentKind[]
const today = () => minuteNow().slice(0, 10)

/** A photo or a PDF of a document, with what it is called and from when it is. */
export function DocumentForm({ onAdd, ...end }: FormParts) {
  const { t } = useTranslation()
  const [title, setTitle] = useState('')
  const [kind, setKind] = useState<OwnDocumentKind>('letter')
  const [date, setDate] = useState(today)
  const [isTried, setTried] = useState(false)
  const read = useMutation({
    mutationFn: readFile,
    // Only as a proposal, and as one line of text.
    onSuccess: ({ name }) => title.trim() === '' && setTitle(ownTitle(name)),
  })
  const isTitleMissing = ownTitle(title) === ''
  const isDateWrong = date === '' || date > today()

  function add(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (!read.data || isTitleMissing || isDateWrong) return
    const { contentType, bytes } = read.data
    onAdd({ what: 'document', document: { kind, title, date, contentType, bytes } })
  }

  return (
    <Stack component="form" onSubmit={add}>
      <ChooseFile
        types={ownDocumentTypes}
        label={t('own.choose')}
        icon={<IconCamera aria-hidden />}
        isPending={read.isPending}
        onChoose={(file) => read.mutate(file)}
      />
      <Text role="status">{read.data ? t('own.chosen', { name: ownTitle(read.data.name) }) : ''}</Text>
      {(read.isError || (isTried && !read.data)) && (
        <Alert role="alert" color="red" variant="outline">
          {t(`own.file.${read.error instanceof FileRefused ? read.error.why : 'missing'}`)}
        </Alert>
      )}
      <TextInput
        size="md"
        label={t('own.titleOf')}
        value={title}
        maxLength={120}
        autoComplete="off"
        error={isTried && isTitleMissing && t('own.titleMissing')}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <NativeSelect
        size="md"
        label={t('own.documentKind')}
        value={kind}
        data={kinds.map((name) => ({ value: name, label: t(`own.documentKinds.${name}`) }))}
        onChange={(event) => setKind(event.currentTarget.value as OwnDocumentKind)}
      />
      <TextInput
        size="md"
        type="date"
        label={t('own.date')}
        value={date}
        error={isTried && isDateWrong && t('own.dateWrong')}
        onChange={(event) => setDate(event.currentTarget.value)}
      />
      <Text>{t('own.photoNote')}</Text>
      <FormEnd {...end} />
    </Stack>
  )
}
