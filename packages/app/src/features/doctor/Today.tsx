import { Badge, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { useArrival } from '../../app/announce.ts'
import { useNews } from '../../app/news.ts'
import type { Today as TodayView } from '../../keeper/desk-api.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatClock, formatDate, formatDay, formatInstant } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { ToSign } from '../laboratory/AwaitedRows.tsx'
import { useWorklist } from '../laboratory/useWorklist.ts'
import { FindPatient } from './FindPatient.tsx'
import { useToday } from './useToday.ts'

const daySeconds = 24 * 60 * 60
/** A list that is seen at once needs no search. */
const searchFrom = 5

/** What waits for a doctor: emergencies, appointments, notes, answers; then everybody whose chart is open. */
export default function Today() {
  const { t, i18n } = useTranslation()
  const { data: today, error, refetch } = useToday()
  const { data: worklist } = useWorklist()
  useNews(today !== undefined)
  const queries = useQueryClient()
  useArrival(
    today?.orders.filter(({ isAnswered }) => isAnswered).map(({ batch }) => batch),
    t('today.newResult'),
  )
  useArrival(
    today?.patients.filter(({ isAwaited }) => !isAwaited).map(({ patient }) => patient),
    t('today.arrived'),
  )
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!today) return <Opening progress={undefined} text={t('today.loading')} />
  const { language } = i18n
  return (
    <Stack>
      <div>
        <Title order={1}>{t('today.title')}</Title>
        <Text c="dimmed">{formatDate(language, Date.now() / 1000)}</Text>
      </div>
      <Section title={t('today.emergencies')}>
        {today.emergencies.map((emergency) => (
          <Row key={emergency.declaration} patient={emergency.patient} name={emergency.name}>
            {t('today.emergencyUntil', { time: formatClock(language, emergency.until) })}
          </Row>
        ))}
      </Section>
      <Section title={t('today.appointments')}>
        {today.appointments.map(({ record, patient, name, start, title }) => (
          <Row key={record} patient={patient} name={name}>
            {t('today.appointment', {
              when: start.includes('T')
                ? formatInstant(language, Date.parse(start) / 1000)
                : formatDay(language, start),
              what: title,
            })}
          </Row>
        ))}
      </Section>
      <Section title={t('today.orders')}>
        {today.orders.map(({ batch, patient, name, at, isAnswered }) => (
          <Row
            key={batch}
            patient={patient}
            name={name}
            badge={isAnswered ? t('today.newResult') : undefined}
            // What was opened before has no result in it.
            onOpen={isAnswered ? () => queries.removeQueries({ queryKey: ['chart', patient] }) : undefined}
          >
            {t(isAnswered ? 'today.orderAnswered' : 'today.orderAwaited', {
              when: formatInstant(language, at),
            })}
          </Row>
        ))}
      </Section>
      <ToSign rows={worklist?.toSign ?? []} />
      <Section title={t('today.drafts')}>
        {today.drafts.map(({ patient, name, title, at }) => (
          <Row key={patient} patient={patient} name={name} place="/note">
            {t('today.draft', { title, when: formatInstant(language, at) })}
          </Row>
        ))}
      </Section>
      <Patients patients={today.patients} />
      <FindPatient mayDeclare={today.mayDeclare} known={today.patients.map(({ patient }) => patient)} />
    </Stack>
  )
}

/** A part of the day that is there only when it holds something. */
function Section({ title, children }: { title: string; children: React.ReactNode[] }) {
  if (children.length === 0) return null
  return (
    <Paper withBorder p="xs" component="section" aria-label={title}>
      <Title order={2} size="h4" px="sm" py="xs">
        {title}
      </Title>
      <ul className="list">{children}</ul>
    </Paper>
  )
}

function Row({
  patient,
  name,
  place = '',
  badge,
  onOpen,
  children,
}: {
  patient: string
  name: string | null
  place?: '' | '/note'
  badge?: string | undefined
  onOpen?: (() => void) | undefined
  children: React.ReactNode
}) {
  const { t } = useTranslation()
  return (
    <li>
      <Link className="row" to={`/patients/${patient}${place}`} onClick={onOpen}>
        <span className="grow">
          <Text span display="block" fw={600}>
            {name ?? t('patients.unnamed', { code: patient.slice(2, 8) })}
          </Text>
          <Text span display="block" c="dimmed">
            {children}
          </Text>
        </span>
        {badge && (
          <Badge variant="outline" color="teal" tt="none" size="md">
            {badge}
          </Badge>
        )}
      </Link>
    </li>
  )
}

function Patients({ patients }: { patients: TodayView['patients'] }) {
  const { t, i18n } = useTranslation()
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLocaleLowerCase(i18n.language)
  const found = patients.filter(
    ({ name, patient }) =>
      wanted === '' ||
      name?.toLocaleLowerCase(i18n.language).includes(wanted) ||
      patient.slice(2).startsWith(wanted),
  )
  const since = Date.now() / 1000 - daySeconds
  return (
    <Paper withBorder p="xs" component="section" aria-label={t('patients.title')}>
      <Title order={2} size="h4" px="sm" py="xs">
        {t('patients.title')}
      </Title>
      {patients.length >= searchFrom && (
        <TextInput
          size="md"
          px="sm"
          pb="sm"
          label={t('today.search')}
          value={search}
          autoComplete="off"
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {found.length === 0 && (
        <Text role="status" px="sm" pb="sm">
          {t(patients.length === 0 ? 'patients.none' : 'today.nobody')}
        </Text>
      )}
      <ul className="list">
        {found.map(({ patient, name, birthDate, from, until, isAwaited }) => (
          <Row
            key={patient}
            patient={patient}
            name={name}
            badge={!isAwaited && from > since ? t('today.new') : undefined}
          >
            {birthDate && `${t('chart.born', { date: formatDay(i18n.language, birthDate) })} · `}
            {isAwaited
              ? t('patients.awaited')
              : t('patients.until', { date: formatDate(i18n.language, until) })}
          </Row>
        ))}
      </ul>
    </Paper>
  )
}
