import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'

export default function OtherWays() {
  const { t } = useTranslation()
  return (
    <Button component={Link} to="/wallet" size="md" h="auto" mih="3rem" my="sm" variant="default">
      {t('wallet.open')}
    </Button>
  )
}
