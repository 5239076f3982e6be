import { Alert, Button, Checkbox, Stack, Text, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { useSetStatus, useStatus } from '../../app/status.ts'
import type { WalletChoice } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { ChooseWallet } from './ChooseWallet.tsx'
import { choiceOf } from './provider.ts'
import { WalletName } from './WalletName.tsx'

/** Which key signs for this person: a wallet's, or the one of this app. */
export function Page() {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  return (
    <Stack>
      <Title order={1}>{t('wallet.title')}</Title>
      {status?.wallet ? <Leave wallet={status.wallet} /> : <Move />}
      <Button component={Link} to="/ways" size="md" variant="subtle">
        {t('back')}
      </Button>
    </Stack>
  )
}

/** First what it means, then which wallet, then the address read back. */
function Move() {
  const { t } = useTranslation()
  const setStatus = useSetStatus()
  const [isUnderstood, setUnderstood] = useState(false)
  const [chosen, setChosen] = useState<WalletChoice & { name: string }>()
  const choose = useMutation({
    mutationFn: choiceOf,
    onSuccess: (choice, { name }) => setChosen({ ...choice, name }),
  })
  const move = useMutation({
    mutationFn: ({ rdns, address }: WalletChoice) => keeper.moveToWallet({ rdns, address }),
    onSuccess: setStatus,
  })
  const failed = move.error ?? choose.error
  return (
    <>
      <Text>{t('wallet.what')}</Text>
      <ul className="points">
        <li>{t('wallet.eachTime')}</li>
        <li>{t('wallet.opens')}</li>
        <li>{t('wallet.lost')}</li>
      </ul>
      {failed && <FailureNote error={failed} saved={t('wallet.notMoved')} />}
      {chosen ? (
        <Alert role="alert" variant="outline">
          <Stack gap="xs">
            <Text fw={650}>{t('wallet.sentence', { name: chosen.name })}</Text>
            <WalletName {...chosen} />
            <Button size="md" loading={move.isPending} onClick={() => move.mutate(chosen)}>
              {t('wallet.confirm')}
            </Button>
            <Button
              size="md"
              variant="default"
              disabled={move.isPending}
              onClick={() => (setChosen(undefined), move.reset())}
            >
              {t('cancel')}
            </Button>
          </Stack>
        </Alert>
      ) : (
        <>
          <Checkbox
            size="md"
            label={t('wallet.understood')}
            checked={isUnderstood}
            onChange={(event) => setUnderstood(event.currentTarget.checked)}
          />
          {isUnderstood && <ChooseWallet isPending={choose.isPending} onChosen={choose.mutate} />}
        </>
      )}
    </>
  )
}

function Leave({ wallet }: { wallet: WalletChoice }) {
  const { t } = useTranslation()
  const setStatus = useSetStatus()
  const leave = useMutation({ mutationFn: () => keeper.leaveWallet(), onSuccess: setStatus })
  return (
    <>
      <Text role="status">{t('wallet.now')}</Text>
      <WalletName {...wallet} />
      <Text>{t('wallet.opens')}</Text>
      {leave.isError && <FailureNote error={leave.error} saved={t('wallet.notLeft')} />}
      <Button size="md" h="auto" mih="3rem" loading={leave.isPending} onClick={() => leave.mutate()}>
        {t('wallet.leave')}
      </Button>
    </>
  )
}
