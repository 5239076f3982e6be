import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from '../../app/navigation.tsx'
import type { Hex } from '../../keeper/api.ts'
import type { Colleague } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { Opening } from '../home/Opening.tsx'
import { membersKey, useMembers } from './queries.ts'
import { roleNames } from './roles.ts'
import { LicenceLine, useNameOf } from './Staff.tsx'

const yearSeconds = 365 * 24 * 60 * 60

/** One colleague: licence, role, and the end of both. */
export function Page() {
  const { t } = useTranslation()
  const { member } = useParams('/organisation/staff/$member')
  const { data: members, error, refetch } = useMembers()
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!members) return <Opening progress={undefined} text={t('staff.loading')} />
  const colleague = members.find(({ account }) => account === member)
  return (
    <Stack>
      <Button
        component={Link}
        to="/organisation/staff"
        variant="subtle"
        size="md"
        me="auto"
        leftSection={<IconArrowLeft aria-hidden />}
      >
        {t('staff.title')}
      </Button>
      {colleague ? <Card colleague={colleague} /> : <Gone />}
    </Stack>
  )
}

/** Whoever was cut off is on no list any more. */
function Gone() {
  const { t } = useTranslation()
  return (
    <>
      <Title order={1}>{t('staff.goneTitle')}</Title>
      <Alert role="status" color="teal" variant="outline">
        {t('staff.gone')}
      </Alert>
    </>
  )
}

function Card({ colleague }: { colleague: Colleague }) {
  const { t } = useTranslation()
  const { account, licensedUntil } = colleague
  const queries = useQueryClient()
  const name = useNameOf(colleague)
  const [role, setRole] = useState(colleague.role)
  const act = useMutation({
    mutationFn: (step: () => Promise<null>) => step(),
    onSuccess: () => queries.invalidateQueries({ queryKey: membersKey }),
  })
  return (
    <>
      <div>
        <Title order={1}>{name}</Title>
        <Text c="dimmed">{t(`staff.role.${colleague.role}`)}</Text>
      </div>
      {act.isError && <FailureNote error={act.error} saved={t('staff.unchanged')} />}
      {act.isSuccess && (
        <Alert role="status" color="teal" variant="outline">
          {t('staff.changed')}
        </Alert>
      )}
      <Paper withBorder p="md" component="section" aria-label={t('staff.licenceTitle')}>
        <Title order={2} size="h4">
          {t('staff.licenceTitle')}
        </Title>
        <LicenceLine colleague={colleague} />
        <Text c="dimmed" my="xs">
          {t('staff.licenceWhy')}
        </Text>
        <Button
          size="md"
          variant="default"
          loading={act.isPending}
          onClick={() =>
            act.mutate(() => keeper.licenseMember({ member: account, until: oneYearFrom(licensedUntil) }))
          }
        >
          {t('staff.renew')}
        </Button>
      </Paper>
      <Paper withBorder p="md" component="section" aria-label={t('staff.roleTitle')}>
        <NativeSelect
          size="md"
          label={t('staff.roleTitle')}
          value={role}
          data={roleNames.map((each) => ({ value: each, label: t(`staff.role.${each}`) }))}
          onChange={(event) => setRole(event.currentTarget.value as Colleague['role'])}
        />
        <Button
          mt="sm"
          size="md"
          variant="default"
          disabled={role === colleague.role}
          loading={act.isPending}
          onClick={() => act.mutate(() => keeper.changeRole({ member: account, role, licensedUntil }))}
        >
          {t('staff.changeRole')}
        </Button>
      </Paper>
      <CutOff account={account} name={name} />
    </>
  )
}

/** From the end of a licence that is good, else from today. */
const oneYearFrom = (licensedUntil: number): number =>
  Math.max(licensedUntil, Math.floor(Date.now() / 1000)) + yearSeconds

function CutOff({ account, name }: { account: Hex; name: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isSure, setSure] = useState(false)
  const cut = useMutation({
    mutationFn: () => keeper.cutOff(account),
    onSuccess: () => queries.invalidateQueries({ queryKey: membersKey }),
  })
  return (
    <Paper withBorder p="md" component="section" aria-label={t('staff.leaveTitle')}>
      <Title order={2} size="h4">
        {t('staff.leaveTitle')}
      </Title>
      <Text my="xs">{t(isSure ? 'staff.leaveSure' : 'staff.leave', { name })}</Text>
      {cut.isError && <FailureNote error={cut.error} saved={t('staff.unchanged')} />}
      {isSure ? (
        <Group>
          <Button color="red" size="md" loading={cut.isPending} onClick={() => cut.mutate()}>
            {t('staff.leaveYes')}
          </Button>
          <Button variant="default" size="md" onClick={() => setSure(false)}>
            {t('cancel')}
          </Button>
        </Group>
      ) : (
        <Button variant="default" size="md" onClick={() => setSure(true)}>
          {t('staff.leaveButton')}
        </Button>
      )}
    </Paper>
  )
}
