import { Alert, Button, NativeSelect, Radio, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Role } from '@hre/protocol'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant } from '../../ui/format.ts'
import { QrPlace } from '../../ui/QrPlace.tsx'
import { roleNames } from './roles.ts'

/** A link for one person, to be handed over in person: whoever opens it first is that person. */
export function Page() {
  const { t, i18n } = useTranslation()
  const [isPatient, setPatient] = useState(true)
  const [number, setNumber] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('doctor')
  const invite = useMutation({
    mutationFn: () =>
      keeper.invite(isPatient ? { patientNumber: number.trim() } : { role, name: name.trim() }),
  })
  const isComplete = (isPatient ? number : name).trim() !== ''

  if (invite.data) {
    const link = `${location.origin}${location.pathname}#/join/${invite.data.secret}`
    return (
      <Stack>
        <Title order={1}>{t('invite.title')}</Title>
        <Alert role="status" color="teal" variant="outline" title={t('invite.ready')}>
          {t('invite.until', { when: formatInstant(i18n.language, invite.data.expiresAt) })}
        </Alert>
        <QrPlace text={link} label={t('invite.qr')} />
        <Text className="note" ff="monospace" size="sm">
          {link}
        </Text>
        <Text>{t('invite.hand')}</Text>
        <Button size="md" variant="default" onClick={() => invite.reset()}>
          {t('invite.another')}
        </Button>
      </Stack>
    )
  }
  return (
    <Stack
      component="form"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault()
        if (isComplete) invite.mutate()
      }}
    >
      <Title order={1}>{t('invite.title')}</Title>
      <Radio.Group
        size="md"
        label={t('invite.whom')}
        value={isPatient ? 'patient' : 'staff'}
        onChange={(value) => setPatient(value === 'patient')}
      >
        <Stack gap="sm" mt="xs">
          <Radio size="md" value="patient" label={t('invite.patient')} />
          <Radio size="md" value="staff" label={t('invite.staff')} />
        </Stack>
      </Radio.Group>
      {isPatient ? (
        <TextInput
          size="md"
          label={t('invite.number')}
          description={t('invite.numberHint')}
          value={number}
          autoComplete="off"
          maxLength={200}
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
      ) : (
        <>
          <TextInput
            size="md"
            label={t('invite.name')}
            description={t('invite.nameHint')}
            value={name}
            autoComplete="off"
            maxLength={100}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NativeSelect
            size="md"
            label={t('staff.roleTitle')}
            value={role}
            data={roleNames.map((each) => ({ value: each, label: t(`staff.role.${each}`) }))}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
          />
        </>
      )}
      {invite.isError && <FailureNote error={invite.error} saved={t('invite.notMade')} />}
      <Button type="submit" size="md" disabled={!isComplete} loading={invite.isPending}>
        {t('invite.make')}
      </Button>
    </Stack>
  )
}
