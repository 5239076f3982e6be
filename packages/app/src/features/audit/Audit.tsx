import { Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatDate } from '../../ui/format.ts'
import { LinkRow } from '../organisation/LinkRow.tsx'
import { useIntegrity, useLogChecks, useToReview } from './queries.ts'
import { isReviewable } from './reviewable.ts'

/** What an auditor looks after, with what calls for attention in each line. */
export default function Audit() {
  const { t, i18n } = useTranslation()
  const { data: emergencies } = useToReview()
  const { data: integrity } = useIntegrity()
  const { data: logs } = useLogChecks()
  const waiting = emergencies?.filter((emergency) => isReviewable(emergency)).length ?? 0
  const broken =
    (logs?.filter(({ isUnbroken }) => !isUnbroken).length ?? 0) +
    (integrity?.damaged.filter(({ isRepaired }) => !isRepaired).length ?? 0)
  return (
    <Stack>
      <div>
        <Title order={1}>{t('audit.title')}</Title>
        <Text c="dimmed">{formatDate(i18n.language, Date.now() / 1000)}</Text>
      </div>
      <Paper withBorder p="xs">
        <ul className="list">
          <LinkRow
            to="/audit/emergencies"
            title={t('audit.reviews')}
            note={waiting > 0 ? t('audit.reviewsNote', { count: waiting }) : t('audit.reviewsCalm')}
            isUrgent={waiting > 0}
          />
          <LinkRow
            to="/audit/watch"
            title={t('audit.watch')}
            note={broken > 0 ? t('audit.watchNote', { count: broken }) : t('audit.watchCalm')}
            isUrgent={broken > 0}
          />
          <LinkRow to="/audit/proof" title={t('audit.check')} note={t('audit.checkNote')} />
          <LinkRow to="/ledger" title={t('audit.ledger')} note={t('audit.ledgerNote')} />
        </ul>
      </Paper>
    </Stack>
  )
}
