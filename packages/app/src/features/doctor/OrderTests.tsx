import { orderPriorities, type OrderPriority } from '@hre/fhir'
import { Button, Checkbox, NativeSelect, Radio, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'
import type { Hex } from '../../keeper/api.ts'
import type { OrderWish } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { FilingFailure } from '../../ui/FilingFailure.tsx'
import { nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { usualTests } from '../laboratory/tests.ts'
import { Filed } from './Filed.tsx'

/** Laboratory tests, ordered from a laboratory: sealed on this device and signed, as a note is. */
export function Page() {
  const { t } = useTranslation()
  const laboratories = useQuery({ queryKey: ['laboratories'], queryFn: () => keeper.laboratories() })
  const { data, error, refetch } = laboratories
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('sharing.searching')} />
  if (data.length > 0)
    return <Order laboratories={data.map((one) => ({ value: one.account, label: nameOfReader(t, one) }))} />
  return (
    <Stack>
      <Title order={1}>{t('ordering.title')}</Title>
      <Text role="status">{t('ordering.nobody')}</Text>
    </Stack>
  )
}

function Order({ laboratories }: { laboratories: { value: Hex; label: string }[] }) {
  const { t } = useTranslation()
  const { patient } = useParams<'/patients/:patient/order'>()
  const queries = useQueryClient()
  const [codes, setCodes] = useState<string[]>([])
  const [other, setOther] = useState('')
  const [priority, setPriority] = useState<OrderPriority>('routine')
  const [reason, setReason] = useState('')
  const [laboratory, setLaboratory] = useState(laboratories.length === 1 ? laboratories[0]!.value : '')
  const [isTried, setTried] = useState(false)
  const named = other.trim()
  const tests = [
    ...codes.map((code) => ({ code, title: t(`term.${code}`) })),
    ...(named ? [{ code: null, title: named }] : []),
  ]
  const file = useMutation({
    mutationFn: (wish: OrderWish) => keeper.order(wish),
    onSuccess() {
      void queries.invalidateQueries({ queryKey: ['chart', patient] })
      void queries.invalidateQueries({ queryKey: ['today'] })
    },
  })

  function sign(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (tests.length === 0 || !laboratory) return
    file.mutate({
      patient: patient as Hex,
      tests,
      priority,
      reason: reason.trim(),
      laboratory: laboratory as Hex,
    })
  }

  if (file.isSuccess) return <Filed title={t('ordering.title')} text={t('ordering.done')} patient={patient} />
  return (
    <Stack component="form" onSubmit={sign}>
      <Title order={1}>{t('ordering.title')}</Title>
      <Checkbox.Group
        size="md"
        label={t('ordering.tests')}
        value={codes}
        onChange={setCodes}
        error={isTried && tests.length === 0 && t('ordering.testMissing')}
      >
        <div className="columns">
          {usualTests.map(({ code }) => (
            <Checkbox key={code} size="md" my="xs" value={code} label={t(`term.${code}`)} />
          ))}
        </div>
      </Checkbox.Group>
      <TextInput
        size="md"
        label={t('ordering.other')}
        value={other}
        maxLength={120}
        autoComplete="off"
        onChange={(event) => setOther(event.currentTarget.value)}
      />
      <Radio.Group
        size="md"
        label={t('ordering.soon')}
        value={priority}
        onChange={(value) => setPriority(value as OrderPriority)}
      >
        {orderPriorities.map((name) => (
          <Radio key={name} size="md" my="xs" value={name} label={t(`ordering.priority.${name}`)} />
        ))}
      </Radio.Group>
      <TextInput
        size="md"
        label={t('ordering.reason')}
        value={reason}
        maxLength={500}
        autoComplete="off"
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <NativeSelect
        size="md"
        label={t('ordering.who')}
        description={t('ordering.whoSees')}
        value={laboratory}
        error={isTried && !laboratory && t('ordering.whoMissing')}
        data={[{ value: '', label: t('ordering.choose') }, ...laboratories]}
        onChange={(event) => setLaboratory(event.currentTarget.value as Hex | '')}
      />
      <Text>{t('ordering.warning')}</Text>
      {file.isError && (
        <FilingFailure error={file.error} not={t('ordering.notSaved')} maybe={t('ordering.maybeSaved')} />
      )}
      <Button type="submit" size="md" loading={file.isPending}>
        {t('ordering.sign', { count: tests.length })}
      </Button>
      {file.isPending && <Text role="status">{t('note.working')}</Text>}
    </Stack>
  )
}
