import { Button, FileButton, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconCamera } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate } from '../../app/navigation.tsx'
import type { Hex } from '../../keeper/api.ts'
import type { Finding } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { accountIn } from '../../ui/code.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'

/** An emergency card's text (S11), as printed or scanned. */
const isCard = (text: string): boolean => /^\s*hre\s*:\s*1\s*:/i.test(text)

/**
 * By the code that a patient shows, or, when nobody can be asked, by the emergency card or the hospital's own number. The
 * last two leave a line for the patient to see.
 */
export function FindPatient({ mayDeclare, known }: { mayDeclare: boolean; known: readonly Hex[] }) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const [number, setNumber] = useState('')
  const [wrong, setWrong] = useState<'code' | 'photo'>()
  const find = useMutation({
    mutationFn: (finding: Finding) => keeper.findPatient(finding),
    onSuccess: (patient) => go(patient, 'emergency'),
  })

  function go(patient: Hex, otherwise: 'ask' | 'emergency') {
    if (known.includes(patient)) return navigate(`/patients/${patient}`)
    return navigate(`/patients/${patient}/${otherwise}`)
  }

  function read(text: string) {
    setWrong(undefined)
    if (isCard(text) && mayDeclare) return find.mutate({ by: 'card', text })
    const patient = accountIn(text)
    if (!patient) return setWrong('code')
    go(patient, 'ask')
  }

  async function readPhoto(photo: File | null) {
    if (!photo) return
    const { textInPhoto } = await import('../../ui/photo.ts')
    const text = await textInPhoto(photo)
    if (text === null) return setWrong('photo')
    setCode(text)
    read(text)
  }

  const message = wrong && t(wrong === 'code' ? 'patients.codeWrong' : 'sharing.photoNone')
  return (
    <Paper withBorder p="md" component="section" aria-label={t('patients.add')}>
      <Title order={2} size="h4">
        {t('patients.add')}
      </Title>
      <Stack
        component="form"
        mt="xs"
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault()
          read(code)
        }}
      >
        <TextInput
          size="md"
          label={t(mayDeclare ? 'patients.codeOrCard' : 'patients.code')}
          value={code}
          autoComplete="off"
          error={message}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" size="md" disabled={code === ''} loading={find.isPending}>
            {t('next')}
          </Button>
          <FileButton accept="image/*" capture="environment" onChange={(photo) => void readPhoto(photo)}>
            {(props) => (
              <Button {...props} size="md" variant="default" leftSection={<IconCamera aria-hidden />}>
                {t('patients.photo')}
              </Button>
            )}
          </FileButton>
        </Group>
      </Stack>
      {mayDeclare && (
        <Stack
          component="form"
          mt="md"
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault()
            find.mutate({ by: 'number', number })
          }}
        >
          <TextInput
            size="md"
            label={t('patients.number')}
            description={t('patients.numberHint')}
            value={number}
            autoComplete="off"
            onChange={(event) => setNumber(event.currentTarget.value)}
          />
          <Group>
            <Button
              type="submit"
              size="md"
              variant="default"
              disabled={number.trim() === ''}
              loading={find.isPending}
            >
              {t('patients.find')}
            </Button>
          </Group>
        </Stack>
      )}
      {find.isError && <FailureNote error={find.error} saved={t('patients.notFound')} />}
      {mayDeclare && (
        <Text c="dimmed" mt="sm">
          {t('patients.findSeen')}
        </Text>
      )}
    </Paper>
  )
}
