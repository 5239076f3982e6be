import { Button, Checkbox, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconPrinter } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { QrPlace } from '../../ui/QrPlace.tsx'

/** The second way in: 24 words, for paper alone. */
export function PaperWords({
  phrase,
  code,
  step,
  labels,
  onWritten,
}: {
  phrase: string
  code: string
  /** Of those that make new ways; left out for a new paper alone. */
  step?: number
  /** For somebody else's paper. */
  labels?: { title: string; why: string; code: string }
  onWritten: () => void
}) {
  const { t } = useTranslation()
  const [hasWritten, setWritten] = useState(false)
  return (
    <Stack>
      {step && <Text c="dimmed">{t('join.step', { step })}</Text>}
      <Title order={2}>{labels?.title ?? t('join.phraseTitle')}</Title>
      <Text>{labels?.why ?? t('join.phraseWhy')}</Text>
      <Paper withBorder p="md">
        <ol className="words" translate="no" lang="en">
          {phrase.split(' ').map((word, index) => (
            <li key={index}>{word}</li>
          ))}
        </ol>
      </Paper>
      <Paper withBorder p="md">
        <Text fw={600}>{labels?.code ?? t('join.codeTitle')}</Text>
        <Text mb="xs">{t('join.codeWhy')}</Text>
        <QrPlace text={code} label={t('more.codeLabel')} />
        <Text className="note" size="sm" ff="monospace" translate="no">
          {code}
        </Text>
      </Paper>
      <Group>
        <Button variant="default" size="md" leftSection={<IconPrinter aria-hidden />} onClick={() => print()}>
          {t('join.print')}
        </Button>
      </Group>
      <Checkbox
        size="md"
        label={t('join.wrote')}
        checked={hasWritten}
        onChange={(event) => setWritten(event.currentTarget.checked)}
      />
      <Button size="md" disabled={!hasWritten} onClick={onWritten}>
        {t('next')}
      </Button>
    </Stack>
  )
}
