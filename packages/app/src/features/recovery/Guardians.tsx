import { Alert, Button, Paper, Stack, Text, Title } from '@mantine/core'
import { IconUserHeart } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Council, Reader } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { ChooseGuardians } from './ChooseGuardians.tsx'
import { RecoveryNotice } from './RecoveryNotice.tsx'

/** Who can help this person back in, and choosing them. */
export function Page() {
  const { t } = useTranslation()
  const council = useQuery({ queryKey: ['council'], queryFn: () => keeper.council(), staleTime: 0 })
  const [isChoosing, setChoosing] = useState(false)
  const [isDone, setDone] = useState(false)
  const { data, error } = council
  if (error) return <FailureNote error={error} onRetry={() => void council.refetch()} />
  if (!data) return <Opening progress={undefined} text={t('guardians.loading')} />
  if (isChoosing)
    return (
      <ChooseGuardians
        onBack={() => setChoosing(false)}
        onDone={() => {
          setChoosing(false)
          setDone(true)
          void council.refetch()
        }}
      />
    )
  return (
    <Stack>
      <Title order={1}>{t('guardians.title')}</Title>
      {isDone && (
        <Alert role="status" color="teal" variant="outline">
          <Text>{t('guardians.done')}</Text>
        </Alert>
      )}
      <RecoveryNotice />
      <Text>{t('guardians.what')}</Text>
      <Text>{t('guardians.never')}</Text>
      <Named council={data} />
      <Button size="md" onClick={() => setChoosing(true)}>
        {t(data.guardians.length === 0 ? 'guardians.choose' : 'guardians.change')}
      </Button>
    </Stack>
  )
}

function Named({ council: { guardians, threshold, isVoid } }: { council: Council }) {
  const { t } = useTranslation()
  if (guardians.length === 0) return <Text fw={600}>{t('guardians.none')}</Text>
  return (
    <Paper withBorder p="md" component="section">
      {isVoid ? (
        <Alert role="alert" color="orange" variant="outline" title={t('guardians.afterTitle')}>
          <Text>{t('guardians.void')}</Text>
        </Alert>
      ) : (
        <Text>{t('guardians.now', { threshold, count: guardians.length })}</Text>
      )}
      <People people={guardians} />
    </Paper>
  )
}

/** People by name; whom nobody named here, by their code. */
export function People({
  people,
  end,
}: {
  people: readonly Reader[]
  end?: (person: Reader) => React.ReactNode
}) {
  const { t } = useTranslation()
  return (
    <ul className="list">
      {people.map((person) => (
        <li key={person.account} className="row">
          <IconUserHeart aria-hidden />
          <span className="grow">
            {nameOfReader(t, person)}
            {person.name === null && (
              <Text span display="block" size="xs" c="dimmed" ff="monospace">
                hre:{person.account}
              </Text>
            )}
          </span>
          {end?.(person)}
        </li>
      ))}
    </ul>
  )
}
