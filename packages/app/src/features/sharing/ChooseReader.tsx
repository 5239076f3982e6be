import { Button, FileButton, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconCamera } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hex, Reader } from '../../keeper/api.ts'
import { nameOfOrganisation, nameOfReader } from '../../ui/format.ts'
import { accountIn } from '../../ui/code.ts'

const shownMax = 12

/** By name, by a code or link, or by a photograph of the doctor's QR code. */
export function ChooseReader({
  readers,
  onChosen,
  onStranger,
}: {
  readers: readonly Reader[]
  onChosen: (reader: Reader) => void
  /** For a code that no hospital names: family and friends. Without it only those are taken whom a hospital names. */
  onStranger?: (account: Hex) => void
}) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const [code, setCode] = useState('')
  const [wrong, setWrong] = useState('')
  const named = readers.filter(({ name }) => name !== null)
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = named.filter((reader) =>
    words.every((word) => nameOfReader(t, reader).toLowerCase().includes(word)),
  )

  function use(text: string) {
    const account = accountIn(text)
    const reader = readers.find((candidate) => candidate.account === account)
    const isStranger = !reader && account !== undefined && onStranger !== undefined
    setWrong(reader || isStranger ? '' : t('sharing.codeWrong'))
    if (reader) onChosen(reader)
    else if (isStranger) onStranger(account)
  }

  async function read(photo: File | null) {
    if (!photo) return
    const { textInPhoto } = await import('../../ui/photo.ts')
    const text = await textInPhoto(photo)
    if (text === null) setWrong(t('sharing.photoNone'))
    else use(text)
  }

  return (
    <Stack>
      <Title order={2} size="h4">
        {t('sharing.who')}
      </Title>
      <TextInput
        size="md"
        label={t('sharing.search')}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        autoComplete="off"
      />
      {found.length === 0 ? (
        <Text role="status">{t('sharing.nobody')}</Text>
      ) : (
        <Paper withBorder p="xs">
          <ul className="list">
            {found.slice(0, shownMax).map((reader) => (
              <li key={reader.account}>
                <Button
                  variant="subtle"
                  fullWidth
                  h="auto"
                  mih="3.25rem"
                  justify="start"
                  ta="start"
                  styles={{ label: { whiteSpace: 'normal' } }}
                  onClick={() => onChosen(reader)}
                >
                  <span>
                    <Text span display="block" fw={600}>
                      {reader.name}
                    </Text>
                    <Text span display="block" size="xs">
                      {reader.role === null ? t('sharing.whole') : nameOfOrganisation(t, reader.organisation)}
                    </Text>
                  </span>
                </Button>
              </li>
            ))}
          </ul>
        </Paper>
      )}
      <Stack
        component="form"
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault()
          use(code)
        }}
      >
        <TextInput
          size="md"
          label={t(onStranger ? 'guardians.code' : 'sharing.code')}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={wrong || undefined}
          autoComplete="off"
        />
        <Button type="submit" size="md" variant="default" disabled={code === ''}>
          {t('sharing.use')}
        </Button>
      </Stack>
      <FileButton accept="image/*" capture="environment" onChange={(photo) => void read(photo)}>
        {(props) => (
          <Button {...props} size="md" variant="default" leftSection={<IconCamera aria-hidden />}>
            {t(onStranger ? 'guardians.photo' : 'sharing.photo')}
          </Button>
        )}
      </FileButton>
    </Stack>
  )
}
