import { Badge, Paper, Stack, Text, Title } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { Colleague } from '../../keeper/desk-api.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { licenceOf, needsLicence } from './licence.ts'
import { useMembers } from './queries.ts'

/** Everybody who works here; first those whose licence calls for something. */
export function Page() {
  const { t } = useTranslation()
  const { data: members, error, refetch } = useMembers()
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!members) return <Opening progress={undefined} text={t('staff.loading')} />
  const ordered = [...members].sort((a, b) => Number(needsLicence(b)) - Number(needsLicence(a)))
  return (
    <Stack>
      <Title order={1}>{t('staff.title')}</Title>
      <Paper withBorder p="xs">
        <ul className="list">
          {ordered.map((colleague) => (
            <li key={colleague.account}>
              <Row colleague={colleague} />
            </li>
          ))}
        </ul>
        {members.length === 0 && <Text p="sm">{t('staff.nobody')}</Text>}
      </Paper>
    </Stack>
  )
}

function Row({ colleague }: { colleague: Colleague }) {
  const { t } = useTranslation()
  const licence = licenceOf(colleague)
  return (
    <Link className="row" to={`/organisation/staff/${colleague.account}`}>
      <span className="grow">
        <Text span display="block" fw={600}>
          {useNameOf(colleague)}
        </Text>
        <Text span display="block" c="dimmed">
          {t(`staff.role.${colleague.role}`)}
          {!colleague.hasJoined && ` · ${t('staff.notJoined')}`}
        </Text>
      </span>
      {licence && licence !== 'good' && (
        <Badge variant="outline" color="orange" tt="none" size="md" className="standing">
          {t(`staff.licence.${licence}`)}
        </Badge>
      )}
      <IconChevronRight aria-hidden size={18} />
    </Link>
  )
}

export function useNameOf({ name, account }: Colleague): string {
  const { t } = useTranslation()
  return name ?? t('staff.unnamed', { code: account.slice(2, 8) })
}

/** Until when, in words. */
export function LicenceLine({ colleague }: { colleague: Colleague }) {
  const { t, i18n } = useTranslation()
  const { licensedUntil } = colleague
  const licence = licenceOf(colleague)
  if (licensedUntil === 0) return <Text>{t(licence ? 'staff.licence.none' : 'staff.noLicence')}</Text>
  return (
    <Text>
      {t(licence === 'over' ? 'staff.licensedTo' : 'staff.licensedUntil', {
        date: formatDate(i18n.language, licensedUntil),
      })}
    </Text>
  )
}
