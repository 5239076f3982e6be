import { Alert, Button, Group, Text } from '@mantine/core'
import { IconAlarm } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chart, Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatCountdown } from '../../ui/format.ts'

/** Said aloud by a screen reader when only so many seconds are left; each second would be noise. */
const saidAtSeconds = 5 * 60

/** How long the emergency still lasts. What it opened leaves the page when it is over. */
export function EmergencyBanner({ patient, until }: { patient: Hex; until: number }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const leftSeconds = useSecondsUntil(until)
  const end = useMutation({
    mutationFn: () => keeper.endEmergency(patient),
    onSuccess: () => drop(),
  })
  const drop = useCallback(() => {
    queries.setQueryData<Chart>(['chart', patient], emptied)
    void queries.invalidateQueries({ queryKey: ['today'] })
  }, [patient, queries])
  const isOver = leftSeconds === 0
  useEffect(() => {
    if (isOver) drop()
  }, [isOver, drop])

  return (
    <Alert color="red" variant="outline" icon={<IconAlarm aria-hidden />} title={t('glass.open')}>
      <Group justify="space-between">
        <Text>
          <Text span fw={650} role="timer">
            {t('glass.left', { time: formatCountdown(i18n.language, leftSeconds) })}
          </Text>{' '}
          {t('glass.seen')}
        </Text>
        <Button variant="default" size="md" loading={end.isPending} onClick={() => end.mutate()}>
          {t('glass.end')}
        </Button>
      </Group>
      <Text role="status" className="heard">
        {leftSeconds > 0 && leftSeconds <= saidAtSeconds ? t('glass.soon') : ''}
      </Text>
      {end.isError && <FailureNote error={end.error} saved={t('glass.notEnded')} />}
    </Alert>
  )
}

/** Without asking the hospital again, which would write one more refusal into the patient's log. */
const emptied = (chart: Chart | undefined): Chart | undefined =>
  chart?.emergency
    ? {
        ...chart,
        name: null,
        birthDate: null,
        items: [],
        closed: 0,
        emergency: { ...chart.emergency, until: 0 },
      }
    : chart

/** Whole seconds until then, told anew each second; 0 when it is over. @param until - Unix seconds. */
function useSecondsUntil(until: number): number {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return Math.max(0, Math.ceil(until - Date.now() / 1000))
}
