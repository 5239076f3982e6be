import { Alert, Button, SegmentedControl, Stack, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { OwnWish } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FilingFailure } from '../../ui/FilingFailure.tsx'
import { DocumentForm } from './DocumentForm.tsx'
import { MeasurementForm } from './MeasurementForm.tsx'

/** A document or a measurement of one's own, sealed on this device. */
export function Page() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [what, setWhat] = useState<OwnWish['what']>('measurement')
  const add = useMutation({
    mutationFn: (wish: OwnWish) => keeper.addOwn(wish),
    // So that it is there when they come back to their records.
    onSuccess: () => queries.invalidateQueries({ queryKey: ['chart', null], refetchType: 'all' }),
  })
  if (add.isSuccess) return <Added onMore={add.reset} />
  const parts = {
    isPending: add.isPending,
    onAdd: add.mutate,
    failure: add.isError && (
      <FilingFailure error={add.error} not={t('own.notSaved')} maybe={t('own.maybeSaved')} />
    ),
  }
  return (
    <Stack>
      <Title order={1}>{t('own.title')}</Title>
      <SegmentedControl
        size="md"
        fullWidth
        aria-label={t('own.what')}
        value={what}
        onChange={(value) => {
          setWhat(value as OwnWish['what'])
          add.reset()
        }}
        data={[
          { value: 'measurement', label: t('own.measurement') },
          { value: 'document', label: t('own.document') },
        ]}
      />
      {what === 'measurement' ? <MeasurementForm {...parts} /> : <DocumentForm {...parts} />}
    </Stack>
  )
}

function Added({ onMore }: { onMore: () => void }) {
  const { t } = useTranslation()
  return (
    <Stack>
      <Title order={1}>{t('own.title')}</Title>
      <Alert role="status" color="teal" variant="outline">
        {t('own.done')}
      </Alert>
      <Button component={Link} to="/" size="md">
        {t('own.toRecords')}
      </Button>
      <Button size="md" variant="default" onClick={onMore}>
        {t('own.more')}
      </Button>
    </Stack>
  )
}
