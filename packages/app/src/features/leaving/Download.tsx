import { Alert, Button, Stack, Text, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Progress } from '../../keeper/api.ts'
import { keeper, onProgress } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { saveFile } from '../../ui/saveFile.ts'
import { Opening } from '../home/Opening.tsx'

/** Everything of the own chart as one file, with the keys and how to open it without us. */
export function Page() {
  const { t } = useTranslation()
  const [progress, setProgress] = useState<Progress>()
  const take = useMutation({
    mutationFn: () => keeper.exportAll(),
    onSuccess: ({ archive }) => saveFile('my-health-records.zip', 'application/zip', archive),
  })
  const isWaiting = take.isPending
  useEffect(() => (isWaiting ? onProgress(setProgress) : undefined), [isWaiting])
  if (isWaiting) return <Opening progress={progress} text={t('leaving.collecting')} />
  return (
    <Stack>
      <Title order={1}>{t('more.download')}</Title>
      <Text>{t('leaving.downloadWhat')}</Text>
      <Alert color="orange" variant="outline">
        <Text>{t('leaving.downloadCare')}</Text>
      </Alert>
      {take.isError && <FailureNote error={take.error} saved={t('leaving.downloadNothing')} />}
      {take.isSuccess && (
        <Text role="status" fw={600}>
          {t('leaving.downloaded', { count: take.data.records })}
        </Text>
      )}
      <Button size="md" leftSection={<IconDownload aria-hidden />} onClick={() => take.mutate()}>
        {t('leaving.download')}
      </Button>
    </Stack>
  )
}
