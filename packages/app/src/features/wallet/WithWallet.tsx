import { Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { WalletChoice } from '../../keeper/api.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { ChooseWallet } from './ChooseWallet.tsx'
import { choiceOf } from './provider.ts'

/** Coming back on another device, for an account that a wallet signs for. */
export default function WithWallet(props: { error: unknown; onChosen: (wallet: WalletChoice) => void }) {
  const choose = useMutation({ mutationFn: choiceOf, onSuccess: props.onChosen })
  return (
    <Stack>
      <FailureNote error={choose.error ?? props.error} />
      <ChooseWallet isPending={choose.isPending} onChosen={choose.mutate} />
    </Stack>
  )
}
