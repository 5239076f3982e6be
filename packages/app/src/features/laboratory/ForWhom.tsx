import { NativeSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { nameOfReader } from '../../ui/format.ts'

/** Whose results they are, and who signs beside the author. */
export function ForWhom({
  code,
  onCode,
  codeError,
  countersigner,
  onCountersigner,
}: {
  code: string
  onCode: (code: string) => void
  codeError: string | undefined
  countersigner: Hex | null
  onCountersigner: (account: Hex | null) => void
}) {
  const { t } = useTranslation()
  return (
    <>
      <TextInput
        size="md"
        label={t('patients.code')}
        value={code}
        autoComplete="off"
        error={codeError}
        onChange={(event) => onCode(event.currentTarget.value)}
      />
      <Countersigner value={countersigner} onChange={onCountersigner} />
    </>
  )
}

/** A colleague who checks and signs beside the author, or nobody. */
export function Countersigner({
  value,
  onChange,
}: {
  value: Hex | null
  onChange: (account: Hex | null) => void
}) {
  const { t } = useTranslation()
  const { data: colleagues = [] } = useQuery({ queryKey: ['colleagues'], queryFn: () => keeper.colleagues() })
  return (
    <NativeSelect
      size="md"
      label={t('laboratory.countersigner')}
      value={value ?? ''}
      data={[
        { value: '', label: t('laboratory.nobody') },
        ...colleagues.map((reader) => ({ value: reader.account, label: nameOfReader(t, reader) })),
      ]}
      onChange={(event) => onChange((event.currentTarget.value || null) as Hex | null)}
    />
  )
}
