import { Paper, Text, Title } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { AwaitedBatch } from '../../keeper/desk-api.ts'
import { formatInstant, formatList, nameOfReader } from '../../ui/format.ts'

/** What is to be done. Not there when nothing is. */
export const Ordered = ({ rows }: { rows: readonly AwaitedBatch[] }) => (
  <Waiting title="laboratory.ordered" rows={rows} place="/laboratory/orders" />
)

/** What waits for this person's signature. Not there when nothing waits. */
export const ToSign = ({ rows }: { rows: readonly AwaitedBatch[] }) => (
  <Waiting title="signing.toSign" rows={rows} place="/sign" />
)

function Waiting({
  title,
  rows,
  place,
}: {
  title: 'laboratory.ordered' | 'signing.toSign'
  rows: readonly AwaitedBatch[]
  place: '/laboratory/orders' | '/sign'
}) {
  const { t, i18n } = useTranslation()
  if (rows.length === 0) return null
  return (
    <Rows title={t(title)}>
      {rows.map((row) => (
        <li key={row.batch}>
          <Link className="row" to={`${place}/${row.batch}`}>
            <Line row={row}>
              {t('signing.from', {
                who: nameOfReader(t, row.author),
                when: formatInstant(i18n.language, row.at),
              })}
            </Line>
            <IconChevronRight aria-hidden size={18} />
          </Link>
        </li>
      ))}
    </Rows>
  )
}

/** What this person filed and others have not signed. */
export function Filed({ rows }: { rows: readonly AwaitedBatch[] }) {
  const { t, i18n } = useTranslation()
  if (rows.length === 0) return null
  return (
    <Rows title={t('signing.filed')}>
      {rows.map((row) => (
        <li key={row.batch} className="row">
          <Line row={row}>
            {t('signing.waitsFor', {
              who: formatList(
                i18n.language,
                row.awaited.map((reader) => nameOfReader(t, reader)),
              ),
              when: formatInstant(i18n.language, row.at),
            })}
          </Line>
        </li>
      ))}
    </Rows>
  )
}

function Rows({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Paper withBorder p="xs" component="section" aria-label={title}>
      <Title order={2} size="h4" px="sm" py="xs">
        {title}
      </Title>
      <ul className="list">{children}</ul>
    </Paper>
  )
}

function Line({ row, children }: { row: AwaitedBatch; children: React.ReactNode }) {
  const { t } = useTranslation()
  const patient = row.name ?? t('patients.unnamed', { code: row.patient?.slice(2, 8) ?? '' })
  return (
    <span className="grow">
      <Text span display="block" fw={600}>
        {t('signing.records', { patient, count: row.records.length })}
      </Text>
      <Text span display="block" c="dimmed">
        {children}
      </Text>
    </span>
  )
}
