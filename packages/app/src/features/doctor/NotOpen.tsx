import { Alert, Button, Stack, Text, Title } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { formatInstant } from '../../ui/format.ts'
import { useToday } from './useToday.ts'

/** A chart that is shut: ask, wait for the answer, or break the glass. It opens by itself when the patient agrees. */
export function NotOpen({ patient, onArrived }: { patient: string; onArrived: () => void }) {
  const { t, i18n } = useTranslation()
  const { data: today } = useToday()
  const row = today?.patients.find((each) => each.patient === patient)
  const isOpen = row !== undefined && !row.isAwaited
  const wasAwaited = useRef(false)
  useEffect(() => {
    if (row?.isAwaited) wasAwaited.current = true
    if (!isOpen || !wasAwaited.current) return
    wasAwaited.current = false
    onArrived()
  }, [row, isOpen, onArrived])
  return (
    <Shut patient={patient} title={t('chart.notOpen')}>
      <Text>
        {row?.isAwaited
          ? t('chart.waiting', { when: formatInstant(i18n.language, row.from) })
          : t('chart.notOpenWhy')}
      </Text>
      <WaysIn patient={patient} mayDeclare={today?.mayDeclare ?? false} />
    </Shut>
  )
}

/** An emergency that is over: nothing of what it opened is here any more. */
export function Over({ patient }: { patient: string }) {
  const { t } = useTranslation()
  const { data: today } = useToday()
  return (
    <Shut patient={patient} title={t('glass.over')}>
      <Text>{t('glass.overWhy')}</Text>
      <WaysIn patient={patient} mayDeclare={today?.mayDeclare ?? false} />
    </Shut>
  )
}

function Shut({ patient, title, children }: { patient: string; title: string; children: React.ReactNode }) {
  const { t } = useTranslation()
  return (
    <Stack>
      <Title order={1}>{t('patients.unnamed', { code: patient.slice(2, 8) })}</Title>
      <Alert role="status" color="orange" variant="outline" title={title}>
        <Stack align="flex-start">{children}</Stack>
      </Alert>
    </Stack>
  )
}

function WaysIn({ patient, mayDeclare }: { patient: string; mayDeclare: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      <Button component={Link} to={`/patients/${patient}/ask`} size="md">
        {t('chart.ask')}
      </Button>
      {mayDeclare && (
        <Button component={Link} to={`/patients/${patient}/emergency`} size="md" variant="default">
          {t('glass.offer')}
        </Button>
      )}
    </>
  )
}
