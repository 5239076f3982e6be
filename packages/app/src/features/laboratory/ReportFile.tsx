import { ownDocumentTypes, ownTitle } from '@hre/fhir'
import { Alert, Text, TextInput } from '@mantine/core'
import { IconFile } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ReportDocument } from '../../keeper/desk-api.ts'
import { ChooseFile } from '../../ui/ChooseFile.tsx'
import { FileRefused, readFile } from '../own/readFile.ts'

/** A report as a PDF or a picture. What it is, its bytes say; its name is only proposed as a title. */
export const readReport = async (file: File): Promise<ReportDocument> => {
  const { contentType, bytes, name } = await readFile(file)
  return { contentType, bytes, title: ownTitle(name) }
}

/** The report of the laboratory's system, added to what is typed. */
export function ReportFile({
  report,
  isTried,
  onChange,
}: {
  report: ReportDocument | null
  isTried: boolean
  onChange: (report: ReportDocument | null) => void
}) {
  const { t } = useTranslation()
  const read = useMutation({ mutationFn: readReport, onSuccess: onChange, onError: () => onChange(null) })
  return (
    <>
      <ChooseFile
        types={ownDocumentTypes}
        label={t('laboratory.report')}
        icon={<IconFile aria-hidden />}
        isPending={read.isPending}
        onChoose={(file) => read.mutate(file)}
      />
      {read.isError && <Refused error={read.error} />}
      {report && <ReportTitle report={report} isTried={isTried} onChange={onChange} />}
    </>
  )
}

/** Why a file is not taken. */
export function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation()
  return (
    <Alert role="alert" color="red" variant="outline">
      <Text>{t(`own.file.${error instanceof FileRefused ? error.why : 'missing'}`)}</Text>
      <Text>{t('laboratory.notFiled')}</Text>
    </Alert>
  )
}

export function ReportTitle({
  report,
  isTried,
  onChange,
}: {
  report: ReportDocument
  isTried: boolean
  onChange: (report: ReportDocument) => void
}) {
  const { t } = useTranslation()
  return (
    <TextInput
      size="md"
      label={t('laboratory.reportTitle')}
      value={report.title}
      maxLength={120}
      autoComplete="off"
      error={isTried && ownTitle(report.title) === '' && t('laboratory.reportTitleMissing')}
      onChange={(event) => onChange({ ...report, title: event.currentTarget.value })}
    />
  )
}
