import { Paper, Stack, Text, Title } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { Opening } from '../home/Opening.tsx'
import { EmergencyLine } from '../organisation/Emergencies.tsx'
import { useToReview } from './queries.ts'
import { isReviewable } from './reviewable.ts'

/** Emergencies at other organisations; first what waits for a judgement. */
export function Page() {
  const { t } = useTranslation()
  const { data, error, refetch } = useToReview()
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('reviews.loading')} />
  const ordered = [...data].sort((a, b) => Number(isReviewable(b)) - Number(isReviewable(a)))
  return (
    <Stack>
      <Title order={1}>{t('audit.reviews')}</Title>
      <Text>{t('audit.reviewsHow')}</Text>
      {data.length === 0 ? (
        <Text>{t('reviews.none')}</Text>
      ) : (
        <Paper withBorder p="xs">
          <ul className="list">
            {ordered.map((emergency) => (
              <li key={emergency.declaration}>
                <Link className="row" to={`/audit/emergencies/${emergency.declaration}`}>
                  <EmergencyLine emergency={emergency} />
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
