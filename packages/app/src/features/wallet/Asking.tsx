import { Alert, Button, Stack, Text } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Failure, walletAsks, type PendingAsk } from '../../keeper/client.ts'
import { WalletName } from './WalletName.tsx'
import { signWith } from './provider.ts'

/** What a wallet is asked at this moment, in words: many wallets show little of what they sign. */
export default function Asking({ ask }: { ask: PendingAsk }) {
  const { t, i18n } = useTranslation()
  useEffect(() => {
    signWith(ask).then(
      (signature) => walletAsks.settle(ask.id, signature),
      (error: unknown) =>
        walletAsks.settle(ask.id, error instanceof Failure ? error : new Failure('wallet-failed', 'later')),
    )
  }, [ask])
  const act = i18n.exists(`wallet.act.${ask.act}`) ? ask.act : 'other'
  return (
    <Alert className="asking" role="status" variant="outline" title={t('wallet.asking.title')}>
      <Stack gap="xs" align="flex-start">
        <Text fw={650}>{t(`wallet.act.${act}`)}</Text>
        <Text>{t('wallet.asking.how')}</Text>
        <WalletName {...ask.wallet} />
        <details className="fold">
          <summary>{t('wallet.asking.details')}</summary>
          <dl className="proof">
            {Object.entries(ask.details).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
        <Button
          variant="default"
          size="md"
          onClick={() => walletAsks.settle(ask.id, new Failure('wallet-declined', 'later'))}
        >
          {t('wallet.asking.stop')}
        </Button>
      </Stack>
    </Alert>
  )
}
