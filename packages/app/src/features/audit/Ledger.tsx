import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatInstant, formatNumber } from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'

/** The shared ledger, newest block first. */
export function Page() {
  const { t, i18n } = useTranslation()
  const blocks = useInfiniteQuery({
    queryKey: ['blocks'],
    queryFn: ({ pageParam }) => keeper.blocks(pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => {
      const last = page.at(-1)
      return last && last.number > 0 ? last.number - 1 : undefined
    },
    staleTime: 0,
  })
  const { data, error } = blocks
  if (error) return <FailureNote error={error} onRetry={() => void blocks.refetch()} />
  if (!data) return <Opening progress={undefined} text={t('ledger.loading')} />
  return (
    <Stack>
      <Title order={1}>{t('audit.ledger')}</Title>
      <Text>{t('ledger.how')}</Text>
      <Paper withBorder p="xs">
        <ul className="list">
          {data.pages.flat().map(({ number, at, operations }) => (
            <li key={number}>
              <Link className="row" to={`/ledger/${number}`}>
                <span className="grow">
                  <Text span display="block" fw={600}>
                    {t('ledger.block', { number: formatNumber(i18n.language, number) })}
                  </Text>
                  <Text span display="block" c="dimmed">
                    {formatInstant(i18n.language, at)} · {t('ledger.operations', { count: operations })}
                  </Text>
                </span>
                <IconChevronRight aria-hidden size={18} />
              </Link>
            </li>
          ))}
        </ul>
      </Paper>
      <Group>
        {blocks.hasNextPage && (
          <Button
            size="md"
            variant="default"
            loading={blocks.isFetchingNextPage}
            onClick={() => void blocks.fetchNextPage()}
          >
            {t('ledger.earlier')}
          </Button>
        )}
        <Button
          size="md"
          variant="subtle"
          loading={blocks.isRefetching}
          onClick={() => void blocks.refetch()}
        >
          {t('ledger.refresh')}
        </Button>
      </Group>
    </Stack>
  )
}
