import { Alert, Button, Paper, Radio, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStatus } from '../../app/status.ts'
import type { Hex, Reader } from '../../keeper/api.ts'
import { Failure, keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatList, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { ChooseReader } from '../sharing/ChooseReader.tsx'
import { People } from './Guardians.tsx'
import { NameForm } from './NameForm.tsx'

/** One alone would have the account (D16). */
const thresholdMin = 2
const guardiansMax = 9

/** Who, how many of them together, and one sentence that says it back before it is done. */
export function ChooseGuardians({ onBack, onDone }: { onBack: () => void; onDone: () => void }) {
  const { t, i18n } = useTranslation()
  const { data: status } = useStatus()
  const readers = useQuery({ queryKey: ['readers'], queryFn: () => keeper.readers() })
  const [chosen, setChosen] = useState<Reader[]>([])
  const [wish, setWish] = useState<number>()
  const [stranger, setStranger] = useState<Hex>()
  const [note, setNote] = useState('')
  const usual = Math.max(thresholdMin, Math.ceil(chosen.length / 2))
  const threshold = wish !== undefined && wish <= chosen.length ? wish : usual
  const name = useMutation({
    mutationFn: () => keeper.nameGuardians({ guardians: chosen.map(({ account }) => account), threshold }),
    onSuccess: onDone,
  })

  function add(person: Reader) {
    setNote('')
    setStranger(undefined)
    if (person.account === status?.account) return setNote(t('guardians.self'))
    if (chosen.some(({ account }) => account === person.account)) return setNote(t('guardians.already'))
    setChosen([...chosen, person])
  }

  if (readers.error) return <FailureNote error={readers.error} onRetry={() => void readers.refetch()} />
  if (!readers.data) return <Opening progress={undefined} text={t('sharing.searching')} />
  const names = formatList(
    i18n.language,
    chosen.map((person) => nameOfReader(t, person)),
  )
  return (
    <Stack>
      <Title order={1}>{t('guardians.choose')}</Title>
      <Paper withBorder p="md" component="section">
        <Title order={2} size="h4">
          {t('guardians.chosen')}
        </Title>
        {chosen.length < thresholdMin && <Text role="status">{t('guardians.chooseTwo')}</Text>}
        <People
          people={chosen}
          end={(person) => (
            <Button
              variant="subtle"
              color="red"
              aria-label={t('guardians.remove', { name: nameOfReader(t, person) })}
              onClick={() => setChosen(chosen.filter(({ account }) => account !== person.account))}
            >
              {t('ways.remove')}
            </Button>
          )}
        />
      </Paper>
      {chosen.length >= thresholdMin && (
        <>
          <Radio.Group
            size="md"
            label={t('guardians.how')}
            value={String(threshold)}
            onChange={(value) => setWish(Number(value))}
          >
            <Stack gap="sm" mt="xs">
              {Array.from({ length: chosen.length - 1 }, (_, index) => index + thresholdMin).map((some) => (
                <Radio
                  key={some}
                  size="md"
                  value={String(some)}
                  label={t('guardians.howMany', { threshold: some, count: chosen.length })}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Alert role="status" color="teal" variant="light" aria-live="polite">
            <Text size="lg" c="var(--mantine-color-text)">
              {t('guardians.sentence', { threshold, names })}
            </Text>
          </Alert>
          {name.isError && <FailureNote error={name.error} saved={t('guardians.notSaved')} />}
          <Button size="md" loading={name.isPending} onClick={() => name.mutate()}>
            {t('guardians.confirm')}
          </Button>
          {name.isPending && <Text role="status">{t('guardians.working')}</Text>}
        </>
      )}
      {chosen.length < guardiansMax && (
        <Paper withBorder p="md" component="section">
          <Title order={2} size="h4">
            {t('guardians.add')}
          </Title>
          <Text my="xs">{t('guardians.addHow')}</Text>
          {note && <Text role="status">{note}</Text>}
          {stranger ? (
            <NameStranger account={stranger} onNamed={add} onBack={() => setStranger(undefined)} />
          ) : (
            <ChooseReader
              // Anew for each person, with nothing left of the last search.
              key={chosen.length}
              readers={readers.data}
              onChosen={add}
              onStranger={(account) =>
                account === status?.account ? setNote(t('guardians.self')) : setStranger(account)
              }
            />
          )}
        </Paper>
      )}
      <Button size="md" variant="default" onClick={onBack}>
        {t('cancel')}
      </Button>
    </Stack>
  )
}

/** Somebody whom no hospital names: the person says who it is. */
export function NameStranger(props: { account: Hex; onNamed: (person: Reader) => void; onBack: () => void }) {
  const { t } = useTranslation()
  const befriend = useMutation({
    mutationFn: (name: string) => keeper.befriend({ account: props.account, name }),
    onSuccess: props.onNamed,
  })
  const isUnknown = befriend.error instanceof Failure && befriend.error.code === 'not-found'
  return (
    <NameForm
      label={t('guardians.name')}
      submit={t('guardians.addThis')}
      isPending={befriend.isPending}
      onNamed={befriend.mutate}
      intro={
        befriend.isError && (
          <FailureNote
            error={befriend.error}
            saved={t(isUnknown ? 'guardians.unknown' : 'guardians.notSaved')}
          />
        )
      }
    >
      <Button size="md" variant="default" onClick={props.onBack}>
        {t('back')}
      </Button>
    </NameForm>
  )
}
