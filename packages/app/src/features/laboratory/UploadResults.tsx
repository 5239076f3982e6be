import { ownDocumentTypeOf, ownDocumentTypes, ownTitle } from '@hre/fhir'
import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hex } from '../../keeper/api.ts'
import type { ReportDocument } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { ChooseFile } from '../../ui/ChooseFile.tsx'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { FilingFailure } from '../../ui/FilingFailure.tsx'
import { formatDay, formatValue, titleOf } from '../../ui/format.ts'
import { minuteNow, withOffset } from '../../ui/localTime.ts'
import { fileBytesMax, FileRefused } from '../own/readFile.ts'
import { ForWhom } from './ForWhom.tsx'
import { readReport, Refused, ReportTitle } from './ReportFile.tsx'
import { Done } from './ResultsForm.tsx'
import { TakenAt } from './TakenAt.tsx'
import { worklistKey } from './useWorklist.ts'

type Upload =
  ({ text: string } & Awaited<ReturnType<typeof keeper.previewUpload>>) | { report: ReportDocument }

/** What a file is, its bytes say: a report to look at, or results in FHIR. @throws FileRefused. */
async function readUpload(file: File): Promise<Upload> {
  const isDocument = ownDocumentTypeOf(new Uint8Array(await file.slice(0, 16).arrayBuffer())) !== undefined
  if (isDocument) return { report: await readReport(file) }
  if (file.size > fileBytesMax) throw new FileRefused('too-large')
  const text = await file.text()
  return { text, ...(await keeper.previewUpload(text)) }
}

/** A file of the laboratory's own system: shown before it is signed, with the name that it is about. */
export function Page() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [code, setCode] = useState('')
  const [countersigner, setCountersigner] = useState<Hex | null>(null)
  const [takenAt, setTakenAt] = useState(minuteNow)
  const [isTried, setTried] = useState(false)
  const [upload, setUpload] = useState<Upload>()
  const patient = accountIn(code)
  const read = useMutation({
    mutationFn: readUpload,
    onSuccess: setUpload,
    onError: () => setUpload(undefined),
  })
  const filing = useMutation({
    async mutationFn(upload: Upload) {
      if ('text' in upload) await keeper.fileUpload({ patient: patient!, text: upload.text, countersigner })
      else
        await keeper.fileResults({
          patient: patient!,
          order: null,
          ordered: [],
          results: [],
          document: upload.report,
          takenAt: withOffset(takenAt),
          comment: '',
          countersigner,
        })
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: worklistKey }),
  })
  const isComplete = upload && ('text' in upload || (takenAt !== '' && ownTitle(upload.report.title) !== ''))

  function sign(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (patient && isComplete) filing.mutate(upload)
  }

  const title = <Title order={1}>{t('laboratory.upload')}</Title>
  if (filing.isSuccess)
    return (
      <Stack>
        {title}
        <Done isAwaited={countersigner !== null} />
      </Stack>
    )
  return (
    <Stack component="form" onSubmit={sign}>
      {title}
      <Text>{t('laboratory.uploadHow')}</Text>
      <ChooseFile
        types={['.json', 'application/json', 'application/fhir+json', ...ownDocumentTypes]}
        label={t('laboratory.choose')}
        icon={<IconUpload aria-hidden />}
        isPending={read.isPending}
        onChoose={(file) => read.mutate(file)}
      />
      {read.error instanceof FileRefused && <Refused error={read.error} />}
      {read.error && !(read.error instanceof FileRefused) && (
        <FailureNote error={read.error} saved={t('laboratory.notFiled')} />
      )}
      {upload && (
        <>
          {'text' in upload ? (
            <Preview name={upload.name} items={upload.items} />
          ) : (
            <>
              <ReportTitle
                report={upload.report}
                isTried={isTried}
                onChange={(report) => setUpload({ report })}
              />
              <TakenAt value={takenAt} isTried={isTried} onChange={setTakenAt} />
              <Text>{t('laboratory.aboutNobody')}</Text>
            </>
          )}
          <ForWhom
            code={code}
            onCode={setCode}
            codeError={isTried && !patient ? t('patients.codeWrong') : undefined}
            countersigner={countersigner}
            onCountersigner={setCountersigner}
          />
          <Text>{t('laboratory.warning')}</Text>
          {filing.isError && (
            <FilingFailure
              error={filing.error}
              not={t('laboratory.notFiled')}
              maybe={t('laboratory.maybeFiled')}
            />
          )}
          <Button type="submit" size="md" loading={filing.isPending}>
            {'text' in upload
              ? t('laboratory.sign', { count: upload.items.length })
              : t('laboratory.signReport')}
          </Button>
        </>
      )}
    </Stack>
  )
}

function Preview({ name, items }: Awaited<ReturnType<typeof keeper.previewUpload>>) {
  const { t, i18n } = useTranslation()
  return (
    <Paper withBorder p="md" component="section" aria-label={t('laboratory.preview')}>
      <Text fw={600}>{name ? t('laboratory.about', { name }) : t('laboratory.aboutNobody')}</Text>
      <ul className="plain">
        {items.map((item) => (
          <li key={item.record}>
            {[
              titleOf(t, i18n.exists, item),
              formatValue(i18n.language, item),
              item.date && formatDay(i18n.language, item.date),
            ]
              .filter(Boolean)
              .join(', ')}
          </li>
        ))}
      </ul>
    </Paper>
  )
}
