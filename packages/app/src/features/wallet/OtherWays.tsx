import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

export default function OtherWays() {
  const { t } = useTranslation()
  return (
    <Button component={Link} to="/wallet" size="md" h="auto" mih="3rem" my="sm" variant="default">
      {t('wallet.open')}
    </Button>
  )
}
