import { Text } from '@mantine/core'
import type { WalletChoice } from '../../keeper/api.ts'

/** Which wallet and which address in it, as the person finds it there. */
export const WalletName = ({ rdns, address }: WalletChoice) => (
  <Text className="note" size="sm" ff="monospace">
    {rdns} {address}
  </Text>
)
