import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconPencil, IconUpload } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { useArrival } from '../../app/announce.ts'
import { useNews } from '../../app/news.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { Filed, Ordered, ToSign } from './AwaitedRows.tsx'
import { useWorklist } from './useWorklist.ts'

/** What a laboratory's day begins with: new results, and signatures that are missing. */
export default function Worklist() {
  const { t, i18n } = useTranslation()
  const { data, error, refetch } = useWorklist()
  useNews(data !== undefined)
  useArrival(data && [...data.orders, ...data.toSign].map(({ batch }) => batch), t('laboratory.arrived'))
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('laboratory.loading')} />
  return (
    <Stack>
      <div>
        <Title order={1}>{t('laboratory.title')}</Title>
        <Text c="dimmed">{formatDate(i18n.language, Date.now() / 1000)}</Text>
      </div>
      <Group>
        <Button component={Link} to="/laboratory/results" size="md" leftSection={<IconPencil aria-hidden />}>
          {t('laboratory.enter')}
        </Button>
        <Button
          component={Link}
          to="/laboratory/upload"
          size="md"
          variant="default"
          leftSection={<IconUpload aria-hidden />}
        >
          {t('laboratory.upload')}
        </Button>
      </Group>
      <Ordered rows={data.orders} />
      <ToSign rows={data.toSign} />
      <Filed rows={data.filed} />
      {data.orders.length + data.toSign.length + data.filed.length === 0 && (
        <Text>{t('laboratory.nothing')}</Text>
      )}
    </Stack>
  )
}
