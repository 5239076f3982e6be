import { Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatDate } from '../../ui/format.ts'
import { needsLicence } from './licence.ts'
import { LinkRow } from './LinkRow.tsx'
import { useMembers, useQuestions, useServerHealth, useStaffEmergencies } from './queries.ts'
import { problemsOf } from './serverProblems.ts'

/** What an administrator looks after, with what calls for attention in each line. */
export default function Organisation() {
  const { t, i18n } = useTranslation()
  const { data: members } = useMembers()
  const { data: questions } = useQuestions()
  const { data: emergencies } = useStaffEmergencies()
  const { data: health, isError: isDown } = useServerHealth()
  const licences = members?.filter(needsLicence).length ?? 0
  const open = questions?.filter(({ hasVoted }) => !hasVoted).length ?? 0
  const unjudged = emergencies?.filter(({ outcome }) => outcome === null).length ?? 0
  const problems = isDown ? 1 : health ? problemsOf(health).length : 0
  const line = (name: string, count: number) => ({
    title: t(`organisation.${name}`),
    note: count > 0 ? t(`organisation.${name}Note`, { count }) : t(`organisation.${name}Calm`),
    isUrgent: count > 0,
  })
  return (
    <Stack>
      <div>
        <Title order={1}>{t('organisation.title')}</Title>
        <Text c="dimmed">{formatDate(i18n.language, Date.now() / 1000)}</Text>
      </div>
      <Paper withBorder p="xs">
        <ul className="list">
          <LinkRow to="/organisation/staff" {...line('staff', licences)} />
          <LinkRow
            to="/organisation/invite"
            title={t('organisation.invite')}
            note={t('organisation.inviteNote')}
          />
          <LinkRow to="/organisation/votes" {...line('votes', open)} />
          <LinkRow to="/organisation/emergencies" {...line('emergencies', unjudged)} />
          <LinkRow to="/organisation/server" {...line('server', problems)} />
        </ul>
      </Paper>
    </Stack>
  )
}
