import { Alert, Stack, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant, formatNumber, nameOfOrganisation } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { useServerHealth } from './queries.ts'
import { problemsOf } from './serverProblems.ts'

/** How the organisation's server stands, in sentences; then the numbers. Looks again by itself. */
export function Page() {
  const { t, i18n } = useTranslation()
  const { data: health, error, refetch } = useServerHealth()
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!health) return <Opening progress={undefined} text={t('server.loading')} />
  const { language } = i18n
  const problems = problemsOf(health)
  const { files, registerBlock, readBlock } = health
  const rows: [string, string][] = [
    ['register', registerBlock === null ? t('server.silent') : formatNumber(language, registerBlock)],
    ['read', formatNumber(language, readBlock)],
    ['queued', formatNumber(language, health.queued)],
    ['records', formatNumber(language, health.records)],
    ['receipts', formatNumber(language, health.receipts)],
    ['refusals', formatNumber(language, health.refusals)],
    ['anchors', formatNumber(language, health.anchors)],
    [
      'files',
      files
        ? t('server.filesSeen', { ...files, when: formatInstant(language, files.at) })
        : t('server.filesNever'),
    ],
    ...health.others.map(({ organisation, answers }): [string, string] => [
      nameOfOrganisation(t, organisation),
      t(answers ? 'server.answers' : 'server.silent'),
    ]),
  ]
  return (
    <Stack>
      <Title order={1}>{t('server.title')}</Title>
      {problems.length === 0 ? (
        <Alert role="status" color="teal" variant="outline">
          {t('server.well')}
        </Alert>
      ) : (
        <Alert role="alert" color="orange" variant="outline" title={t('server.look')}>
          {problems.map((problem) => (
            <Text key={problem}>{t(`server.problem.${problem}`)}</Text>
          ))}
        </Alert>
      )}
      <Table variant="vertical" layout="fixed" withTableBorder>
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">
                {i18n.exists(`server.row.${name}`) ? t(`server.row.${name}`) : name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  )
}
