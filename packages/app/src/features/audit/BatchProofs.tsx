import { Button, Stack, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { saveFile } from '../../ui/saveFile.ts'

/** So many files at once are more than somebody looks at. */
const shownMax = 50

/** Proofs of what a batch holds, as files that `hre verify` checks without any gateway. */
export function BatchProofs({ manifest }: { manifest: Hex }) {
  const { t } = useTranslation()
  const proofs = useMutation({ mutationFn: () => keeper.proofsOf(manifest) })
  if (proofs.isError) return <FailureNote error={proofs.error} onRetry={() => proofs.mutate()} />
  if (!proofs.data)
    return (
      <Button variant="default" loading={proofs.isPending} onClick={() => proofs.mutate()}>
        {t('ledger.proofs')}
      </Button>
    )
  return (
    <Stack gap="xs" align="flex-start">
      <Text>{t('ledger.proofsHow')}</Text>
      {proofs.data.slice(0, shownMax).map(({ record, text }) => (
        <Button
          key={record}
          variant="default"
          leftSection={<IconDownload aria-hidden size={18} />}
          onClick={() => saveFile(`proof-${record.slice(2, 14)}.json`, 'application/json', text)}
        >
          {t('ledger.proof', { record: record.slice(2, 14) })}
        </Button>
      ))}
    </Stack>
  )
}
