import { Badge, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { StaffEmergency } from '../../keeper/desk-api.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { capitalised, formatInstant, nameOfReader } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { useStaffEmergencies } from './queries.ts'

/** Emergencies that colleagues declared, and what auditors of other organisations made of them. */
export function Page() {
  const { t } = useTranslation()
  const { data: emergencies, error, refetch } = useStaffEmergencies()
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!emergencies) return <Opening progress={undefined} text={t('reviews.loading')} />
  return (
    <Stack>
      <Title order={1}>{t('reviews.title')}</Title>
      <Text>{t('reviews.how')}</Text>
      {emergencies.length === 0 ? (
        <Text>{t('reviews.none')}</Text>
      ) : (
        <Paper withBorder p="xs">
          <ul className="list">
            {emergencies.map((emergency) => (
              <li key={emergency.declaration} className="row">
                <EmergencyLine emergency={emergency} />
              </li>
            ))}
          </ul>
        </Paper>
      )}
    </Stack>
  )
}

/** Who, when, why, and how it was judged. */
export function EmergencyLine({ emergency }: { emergency: StaffEmergency }) {
  const { t, i18n } = useTranslation()
  const { member, patient, reason, declaredAt } = emergency
  return (
    <>
      <span className="grow">
        <Text span display="block" fw={600}>
          {t('reviews.who', {
            who: capitalised(i18n.language, nameOfReader(t, member)),
            patient: t('patients.unnamed', { code: patient.slice(2, 8) }),
          })}
        </Text>
        <Text span display="block" c="dimmed">
          {formatInstant(i18n.language, declaredAt)} · {t(`glass.reasons.${reason}`)}
        </Text>
      </span>
      <span className="end">
        <Badge variant="outline" color="orange" tt="none" size="md" className="standing">
          {t(`reviews.state.${stateOf(emergency)}`)}
        </Badge>
        {emergency.isContested && (
          <Text span display="block" size="xs">
            {t('reviews.contested')}
          </Text>
        )}
      </span>
    </>
  )
}

export function stateOf({ until, outcome }: StaffEmergency): string {
  if (until > Date.now() / 1000) return 'open'
  return outcome ?? 'waiting'
}
