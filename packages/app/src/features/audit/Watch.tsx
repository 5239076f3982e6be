import { Alert, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Integrity, LogCheck } from '../../keeper/desk-api.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant, formatNumber, nameOfOrganisation } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { useIntegrity, useLogChecks } from './queries.ts'

/** Logs of accesses of every organisation, recomputed here; and the looks at this organisation's sealed files. */
export function Page() {
  const { t } = useTranslation()
  const logs = useLogChecks()
  const integrity = useIntegrity()
  const error = logs.error ?? integrity.error
  const again = () => void Promise.all([logs.refetch(), integrity.refetch()])
  if (error) return <FailureNote error={error} onRetry={again} />
  if (!logs.data || !integrity.data) return <Opening progress={undefined} text={t('watch.loading')} />
  return (
    <Stack>
      <Title order={1}>{t('audit.watch')}</Title>
      <Logs logs={logs.data} />
      <Files integrity={integrity.data} />
    </Stack>
  )
}

function Logs({ logs }: { logs: readonly LogCheck[] }) {
  const { t, i18n } = useTranslation()
  return (
    <Paper withBorder p="md" component="section" aria-label={t('watch.logs')}>
      <Title order={2} size="h4">
        {t('watch.logs')}
      </Title>
      <Text c="dimmed">{t('watch.logsHow')}</Text>
      {logs.length === 0 && <Text>{t('watch.noLogs')}</Text>}
      <ul className="list">
        {logs.map(({ organisation, anchors, receipts, block, isUnbroken }, index) => (
          <li key={index} className="row">
            <span className="grow">
              <Text span display="block" fw={600}>
                {nameOfOrganisation(t, organisation)}
              </Text>
              <Text span display="block">
                {t(isUnbroken ? 'watch.unbroken' : 'watch.broken', {
                  anchors: formatNumber(i18n.language, anchors),
                  receipts: formatNumber(i18n.language, receipts),
                  block: formatNumber(i18n.language, block),
                })}
              </Text>
            </span>
          </li>
        ))}
      </ul>
    </Paper>
  )
}

function Files({ integrity: { rounds, damaged } }: { integrity: Integrity }) {
  const { t, i18n } = useTranslation()
  const { language } = i18n
  return (
    <Paper withBorder p="md" component="section" aria-label={t('watch.files')}>
      <Title order={2} size="h4">
        {t('watch.files')}
      </Title>
      <Text c="dimmed">{t('watch.filesHow')}</Text>
      {rounds.length === 0 && <Text>{t('server.filesNever')}</Text>}
      <ul className="list">
        {rounds.map(({ id, startedAt, finishedAt, files, repaired, unrepaired }) => (
          <li key={id} className="row">
            {finishedAt === null
              ? t('watch.running', { when: formatInstant(language, startedAt), files })
              : t('server.filesSeen', {
                  when: formatInstant(language, finishedAt),
                  files,
                  repaired,
                  unrepaired,
                })}
          </li>
        ))}
      </ul>
      {damaged.length > 0 && (
        <Alert role="status" color="orange" variant="outline" title={t('watch.damaged')}>
          <ul className="plain">
            {damaged.map(({ content, isMissing, isRepaired, foundAt }) => (
              <li key={`${content} ${foundAt}`}>
                {t(isMissing ? 'watch.missing' : 'watch.altered', {
                  file: content.slice(2, 14),
                  when: formatInstant(language, foundAt),
                })}{' '}
                {t(isRepaired ? 'watch.repaired' : 'watch.unrepaired')}
              </li>
            ))}
          </ul>
        </Alert>
      )}
    </Paper>
  )
}
