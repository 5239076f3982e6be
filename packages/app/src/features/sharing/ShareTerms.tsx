import { Checkbox, Radio, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { topicNames, type Topic } from '../../chart/topics.ts'
import type { ShareWish } from '../../keeper/api.ts'

export type Terms = Omit<ShareWish, 'reader'>

export const periods: readonly number[] = [1, 7, 30, 365]
const purposes = ['TREAT', 'HPAYMT', 'HRESCH']

export function ShareTerms({ terms, onChange }: { terms: Terms; onChange: (terms: Terms) => void }) {
  const { t } = useTranslation()
  return (
    <>
      <Topics
        label={t('sharing.what')}
        offered={topicNames}
        value={terms.topics}
        onChange={(topics) => onChange({ ...terms, topics })}
      />
      <Periods
        label={t('sharing.long')}
        value={terms.days}
        onChange={(days) => onChange({ ...terms, days })}
      />
      <Choice
        label={t('sharing.why')}
        value={terms.purpose}
        options={purposes.map((purpose) => [purpose, t(`sharing.purpose.${purpose}`)])}
        onChange={(purpose) => onChange({ ...terms, purpose })}
      />
      <Choice
        label={t('sharing.history')}
        value={terms.history}
        options={[
          ['all', t('sharing.all')],
          ['from-now-on', t('sharing.fromNow')],
        ]}
        onChange={(history) => onChange({ ...terms, history: history as Terms['history'] })}
      />
    </>
  )
}

/** Which parts of a chart. */
export function Topics(props: {
  label: string
  offered: readonly Topic[]
  value: readonly Topic[]
  onChange: (topics: Topic[]) => void
}) {
  const { t } = useTranslation()
  return (
    <Checkbox.Group
      size="md"
      label={props.label}
      value={[...props.value]}
      onChange={(topics) => props.onChange(topics as Topic[])}
    >
      <Stack gap="sm" mt="xs">
        {props.offered.map((topic) => (
          <Checkbox key={topic} size="md" value={topic} label={t(`topic.${topic}`)} />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}

/** For how many days. */
export function Periods(props: {
  label: string
  value: number
  offered?: readonly number[]
  onChange: (days: number) => void
}) {
  const { t } = useTranslation()
  return (
    <Choice
      label={props.label}
      value={String(props.value)}
      options={(props.offered ?? periods).map((days) => [String(days), t(`sharing.days.${days}`)])}
      onChange={(days) => props.onChange(Number(days))}
    />
  )
}

function Choice(props: {
  label: string
  value: string
  options: [string, string][]
  onChange: (value: string) => void
}) {
  return (
    <Radio.Group size="md" label={props.label} value={props.value} onChange={props.onChange}>
      <Stack gap="sm" mt="xs">
        {props.options.map(([value, label]) => (
          <Radio key={value} size="md" value={value} label={label} />
        ))}
      </Stack>
    </Radio.Group>
  )
}
