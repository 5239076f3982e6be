import { Button, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate } from '../../app/navigation.tsx'
import { Return } from './Return.tsx'

/** What somebody sees on a device that knows nobody. */
export default function Welcome() {
  const { t } = useTranslation()
  const [link, setLink] = useState('')
  const [isWrong, setWrong] = useState(false)

  function open(event: React.FormEvent) {
    event.preventDefault()
    const secret = /0x[0-9a-fA-F]{64}(?![0-9a-fA-F])/.exec(link)?.[0]
    setWrong(!secret)
    if (secret) navigate(`/join/${secret}`)
  }

  const [isReturning, setReturning] = useState(false)
  if (isReturning) return <Return onBack={() => setReturning(false)} />
  return (
    <Stack component="form" onSubmit={open}>
      <Title order={1}>{t('welcome.title')}</Title>
      <Text>{t('welcome.what')}</Text>
      <Text>{t('welcome.how')}</Text>
      <TextInput
        label={t('welcome.link')}
        value={link}
        onChange={(event) => setLink(event.currentTarget.value)}
        error={isWrong && t('welcome.wrong')}
        size="md"
        autoComplete="off"
      />
      <Button type="submit" size="md">
        {t('welcome.open')}
      </Button>
      <Button variant="subtle" size="md" h="auto" mih="3rem" onClick={() => setReturning(true)}>
        {t('welcome.return')}
      </Button>
    </Stack>
  )
}
