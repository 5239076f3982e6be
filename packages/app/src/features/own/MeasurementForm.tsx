import { Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { ownMeasurementFault, ownMeasurements, type OwnMeasurementKind, type OwnUnit } from '@hre/fhir'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '../../ui/format.ts'
import { minuteNow, withOffset } from '../../ui/localTime.ts'
import { FormEnd, type FormParts } from './FormEnd.tsx'
import { numberIn } from './number.ts'
import { usualUnit } from './region.ts'

const kinds = Object.keys(ownMeasurements) as OwnMeasurementKind[]

/** A clock that runs a little behind the one that was read makes nobody a liar. */
const aheadMilliseconds = 60_000

/** One measurement. What nobody can have is a slip of the finger, and is said before it is added. */
export function MeasurementForm({ onAdd, ...end }: FormParts) {
  const { t, i18n } = useTranslation()
  const [kind, setKind] = useState<OwnMeasurementKind>('blood-pressure')
  const [unit, setUnit] = useState(usualUnit('blood-pressure', navigator.language))
  const [typed, setTyped] = useState('')
  const [typedSecond, setTypedSecond] = useState('')
  const [takenAt, setTakenAt] = useState(minuteNow)
  const [isTried, setTried] = useState(false)
  const form = ownMeasurements[kind]
  const lower = 'second' in form ? form.second : undefined
  const units: readonly OwnUnit[] = form.units
  const limits = units.find((candidate) => candidate.unit === unit) ?? form.units[0]
  const value = numberIn(typed)
  const second = lower ? numberIn(typedSecond) : null
  const fault = ownMeasurementFault({ kind, value, second, unit: limits.unit })
  const isTimeWrong = takenAt === '' || Date.parse(takenAt) > Date.now() + aheadMilliseconds

  const between = ({ low, high }: { low: number; high: number }) =>
    t('own.between', {
      low: formatNumber(i18n.language, low),
      high: formatNumber(i18n.language, high),
      unit: limits.unit,
    })

  function choose(next: OwnMeasurementKind) {
    setKind(next)
    setUnit(usualUnit(next, navigator.language))
    setTyped('')
    setTypedSecond('')
    setTried(false)
  }

  function add(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (fault || isTimeWrong) return
    onAdd({
      what: 'measurement',
      measurement: { kind, value, second, unit: limits.unit, takenAt: withOffset(takenAt) },
    })
  }

  const number = { size: 'md', inputMode: 'decimal', autoComplete: 'off', maxLength: 10 } as const
  return (
    <Stack component="form" onSubmit={add}>
      <NativeSelect
        size="md"
        label={t('own.kind')}
        value={kind}
        data={kinds.map((name) => ({ value: name, label: t(`own.kinds.${name}`) }))}
        onChange={(event) => choose(event.currentTarget.value as OwnMeasurementKind)}
      />
      <Group align="flex-start" grow>
        <TextInput
          {...number}
          label={lower ? t('own.upper') : t('own.value')}
          value={typed}
          error={isTried && fault === 'outside' && between(limits)}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {lower && (
          <TextInput
            {...number}
            label={t('own.lower')}
            value={typedSecond}
            error={
              isTried &&
              ((fault === 'second-outside' && between(lower)) || (fault === 'order' && t('own.order')))
            }
            onChange={(event) => setTypedSecond(event.currentTarget.value)}
          />
        )}
        {units.length > 1 ? (
          <NativeSelect
            size="md"
            label={t('own.unit')}
            value={limits.unit}
            data={units.map((candidate) => candidate.unit)}
            onChange={(event) => setUnit(event.currentTarget.value)}
          />
        ) : (
          <Text pt="2.1rem">{limits.unit}</Text>
        )}
      </Group>
      <TextInput
        size="md"
        type="datetime-local"
        label={t('own.when')}
        value={takenAt}
        error={isTried && isTimeWrong && t('own.whenWrong')}
        onChange={(event) => setTakenAt(event.currentTarget.value)}
      />
      <FormEnd {...end} />
    </Stack>
  )
}
