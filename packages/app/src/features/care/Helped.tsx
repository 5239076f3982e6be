import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { IconChevronRight, IconUserHeart } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'

/** Those whom this person looks after. */
export function Page() {
  const { t, i18n } = useTranslation()
  const { data, error, refetch } = useQuery({
    queryKey: ['helped'],
    queryFn: () => keeper.helped(),
    staleTime: 0,
  })
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('helped.loading')} />
  return (
    <Stack>
      <Title order={1}>{t('more.helped')}</Title>
      <Text>{t(data.length === 0 ? 'helped.none' : 'helped.what')}</Text>
      {data.length === 0 ? (
        <Button component={Link} to="/more" size="md" variant="default">
          {t('help.ownCode')}
        </Button>
      ) : (
        <Paper withBorder p="xs">
          <ul className="list">
            {data.map(({ patient, name, until }) => (
              <li key={patient}>
                <Link className="row" to={`/helped/${patient}`}>
                  <IconUserHeart aria-hidden />
                  <span className="grow">
                    <Text span display="block" fw={600}>
                      {name ?? t('helped.unnamed')}
                    </Text>
                    <Text span display="block" size="sm" c="dimmed">
                      {t('care.until', { date: formatDate(i18n.language, until) })}
                    </Text>
                  </span>
                  <IconChevronRight aria-hidden size={18} />
                </Link>
              </li>
            ))}
          </ul>
        </Paper>
      )}
    </Stack>
  )
}
