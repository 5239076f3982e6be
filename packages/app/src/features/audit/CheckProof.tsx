import { Button, FileButton, Group, Stack, Text, Title } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { Proven } from '../record/ProofPanel.tsx'

/** A proof file of somebody's, checked with the registers of several organisations. */
export function Page() {
  const { t } = useTranslation()
  const check = useMutation({
    mutationFn: async (file: File) => keeper.checkProof(await file.text()),
  })
  return (
    <Stack>
      <Title order={1}>{t('audit.check')}</Title>
      <Text>{t('audit.checkHow')}</Text>
      <Group>
        <FileButton accept=".json,application/json" onChange={(file) => file && check.mutate(file)}>
          {(props) => (
            <Button {...props} size="md" leftSection={<IconUpload aria-hidden />} loading={check.isPending}>
              {t('audit.choose')}
            </Button>
          )}
        </FileButton>
      </Group>
      {check.isError && <FailureNote error={check.error} saved={t('audit.notProven')} />}
      {check.data && <Proven proof={check.data} />}
    </Stack>
  )
}
