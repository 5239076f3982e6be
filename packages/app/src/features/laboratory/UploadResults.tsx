import { Button, FileButton, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDay, formatValue, titleOf } from '../../ui/format.ts'
import { Done } from './EnterResults.tsx'
import { ForWhom } from './ForWhom.tsx'
import { worklistKey } from './useWorklist.ts'

/** A file of the laboratory's own system: shown before it is signed, with the name that it is about. */
export function Page() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [code, setCode] = useState('')
  const [countersigner, setCountersigner] = useState<Hex | null>(null)
  const [isTried, setTried] = useState(false)
  const patient = accountIn(code)
  const read = useMutation({
    async mutationFn(file: File) {
      const text = await file.text()
      return { text, ...(await keeper.previewUpload(text)) }
    },
  })
  const filing = useMutation({
    mutationFn: (text: string) => keeper.fileUpload({ patient: patient!, text, countersigner }),
    onSuccess: () => queries.invalidateQueries({ queryKey: worklistKey }),
  })
  const upload = read.data

  function sign(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (patient && upload) filing.mutate(upload.text)
  }

  if (filing.isSuccess) return <Done isAwaited={countersigner !== null} />
  return (
    <Stack component="form" onSubmit={sign}>
      <Title order={1}>{t('laboratory.upload')}</Title>
      <Text>{t('laboratory.uploadHow')}</Text>
      <Group>
        <FileButton
          accept=".json,application/json,application/fhir+json"
          onChange={(file) => file && read.mutate(file)}
        >
          {(props) => (
            <Button
              {...props}
              size="md"
              variant="default"
              leftSection={<IconUpload aria-hidden />}
              loading={read.isPending}
            >
              {t('laboratory.choose')}
            </Button>
          )}
        </FileButton>
      </Group>
      {read.isError && <FailureNote error={read.error} saved={t('laboratory.notFiled')} />}
      {upload && (
        <>
          <Preview name={upload.name} items={upload.items} />
          <ForWhom
            code={code}
            onCode={setCode}
            codeError={isTried && !patient ? t('patients.codeWrong') : undefined}
            countersigner={countersigner}
            onCountersigner={setCountersigner}
          />
          <Text>{t('laboratory.warning')}</Text>
          {filing.isError && <FailureNote error={filing.error} saved={t('laboratory.notFiled')} />}
          <Button type="submit" size="md" loading={filing.isPending}>
            {t('laboratory.sign', { count: upload.items.length })}
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
