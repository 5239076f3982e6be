import { Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { TestForm, TypedResult } from '../../keeper/desk-api.ts'
import { usualTests } from './tests.ts'

const other = 'other'

/** One result: which test, what was found, and the laboratory's usual range. */
export function ResultFields({
  result,
  forms,
  isTried,
  onChange,
}: {
  result: TypedResult
  forms: Record<string, TestForm>
  isTried: boolean
  onChange: (result: TypedResult) => void
}) {
  const { t } = useTranslation()
  const isOther = result.code === null
  const field = (name: 'title' | 'value' | 'unit' | 'low' | 'high') => ({
    size: 'md' as const,
    label: t(name === 'title' ? 'laboratory.name' : `laboratory.${name}`),
    value: result[name],
    autoComplete: 'off',
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      onChange({ ...result, [name]: event.currentTarget.value }),
  })

  /** With the unit and the range that were typed the last time, on this device. */
  function choose(code: string) {
    if (code === other) return onChange({ ...result, code: null, title: '' })
    const unit = usualTests.find((test) => test.code === code)?.unit ?? ''
    onChange({ ...result, code, title: t(`term.${code}`), unit, low: '', high: '', ...forms[code] })
  }

  const missing = (name: 'title' | 'value') =>
    isTried && result[name].trim() === '' && t('laboratory.missing')
  return (
    <Stack>
      <NativeSelect
        size="md"
        label={t('laboratory.test')}
        value={result.code ?? other}
        data={[
          { value: other, label: t('laboratory.other') },
          ...usualTests.map(({ code }) => ({ value: code, label: t(`term.${code}`) })),
        ]}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {isOther && <TextInput {...field('title')} maxLength={120} error={missing('title')} />}
      <Group align="flex-start" grow>
        <TextInput {...field('value')} maxLength={120} error={missing('value')} />
        <TextInput {...field('unit')} maxLength={40} />
      </Group>
      <Group align="flex-start" grow>
        <TextInput {...field('low')} inputMode="decimal" maxLength={20} />
        <TextInput {...field('high')} inputMode="decimal" maxLength={20} />
      </Group>
      <Text role="status" fw={600}>
        {standingOf(result) && t(`standing.${standingOf(result)}`)}
      </Text>
    </Stack>
  )
}

/** Said at once, so that a slip of the finger is seen before it is signed. */
function standingOf({ value, low, high }: TypedResult): 'low' | 'high' | 'normal' | null {
  const [number, from, to] = [value, low, high].map(numberOf) as [number, number, number]
  if (Number.isNaN(number) || (Number.isNaN(from) && Number.isNaN(to))) return null
  if (number < from) return 'low'
  return number > to ? 'high' : 'normal'
}

const numberOf = (text: string): number => (text.trim() === '' ? NaN : Number(text.trim().replace(',', '.')))
