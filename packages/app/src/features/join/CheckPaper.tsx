import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** Two words somewhere in the middle: enough to know that there is a paper. */
function someNumbers(): number[] {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint8Array(2))
  return [2 + (a % 10), 13 + (b % 11)]
}

export function CheckPaper({
  phrase,
  step,
  isPending = false,
  onBack,
  onChecked,
}: {
  phrase: string
  step?: number
  isPending?: boolean
  onBack: () => void
  onChecked: () => void
}) {
  const { t } = useTranslation()
  const [numbers] = useState(someNumbers)
  const [typed, setTyped] = useState<Record<number, string>>({})
  const [wrong, setWrong] = useState<number[]>([])

  function check(event: React.FormEvent) {
    event.preventDefault()
    const words = phrase.split(' ')
    const misses = numbers.filter(
      (number) => (typed[number] ?? '').trim().toLowerCase() !== words[number - 1],
    )
    setWrong(misses)
    if (misses.length === 0) onChecked()
  }

  return (
    <Stack component="form" onSubmit={check}>
      {step && <Text c="dimmed">{t('join.step', { step })}</Text>}
      <Title order={2}>{t('join.checkTitle')}</Title>
      {numbers.map((number) => (
        <TextInput
          key={number}
          size="md"
          label={t('join.checkWord', { number })}
          value={typed[number] ?? ''}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            const { value } = event.currentTarget
            setTyped((before) => ({ ...before, [number]: value }))
          }}
          error={wrong.includes(number) && t('join.checkWrong', { number })}
        />
      ))}
      <Group>
        <Button variant="default" size="md" onClick={onBack}>
          {t('back')}
        </Button>
        <Button type="submit" size="md" loading={isPending}>
          {t('join.finish')}
        </Button>
      </Group>
    </Stack>
  )
}
