import type { Hex, WalletAsk, WalletChoice } from '../../keeper/api.ts'
import { Failure } from '../../keeper/client.ts'
import { announcedWallets, watchWallets, type AnnouncedWallet, type Provider } from './announced.ts'

/** How long a wallet that was chosen before may take to announce itself after a page's load, in milliseconds. */
const announceMilliseconds = 3_000
/** No signature is longer. */
const answerLengthMax = 10_000

/**
 * Asks a wallet to show an address to this page.
 *
 * @returns which wallet, and the address in lower case.
 * @throws Failure `wallet-declined`, `wallet-busy`, `wallet-gone`, `wallet-failed`.
 */
export async function choiceOf({ rdns, provider }: AnnouncedWallet): Promise<WalletChoice> {
  const [address] = addressesIn(await request(provider, 'eth_requestAccounts'))
  if (!address) throw failure('wallet-failed')
  return { rdns, address }
}

/**
 * Has a wallet sign: the one that was chosen, by the address that was chosen, on the exchange's network. What it answers is for the
 * keeper to check.
 *
 * @throws Failure as above; `wallet-other-account`: the address is not open to this page; `wallet-other-network`.
 */
export async function signWith(ask: WalletAsk): Promise<string> {
  const provider = await providerOf(ask)
  const { address } = ask.wallet
  if (ask.chainId !== null) await assertNetwork(provider, ask.chainId)
  const answer =
    ask.form === 'text'
      ? await request(provider, 'personal_sign', [hexOf(ask.content), address])
      : await request(provider, 'eth_signTypedData_v4', [address, ask.content])
  if (typeof answer !== 'string' || answer.length > answerLengthMax) throw failure('wallet-failed')
  return answer
}

/** Several may bear one name: the one that has the address, without asking if it can be. */
async function providerOf({ wallet: { rdns, address } }: WalletAsk): Promise<Provider> {
  const named = await announcedAs(rdns)
  for (const { provider } of named)
    if (addressesIn(await request(provider, 'eth_accounts')).includes(address)) return provider
  for (const { provider } of named)
    if (addressesIn(await request(provider, 'eth_requestAccounts')).includes(address)) return provider
  throw failure('wallet-other-account')
}

async function announcedAs(rdns: string): Promise<AnnouncedWallet[]> {
  const named = () => announcedWallets().filter((wallet) => wallet.rdns === rdns)
  let stop = () => {}
  const arrived = new Promise<void>((resolve) => {
    stop = watchWallets(() => named().length > 0 && resolve())
  })
  if (named().length === 0)
    await Promise.race([arrived, new Promise((resolve) => setTimeout(resolve, announceMilliseconds))])
  stop()
  if (named().length === 0) throw failure('wallet-gone')
  return named()
}

async function assertNetwork(provider: Provider, chainId: number): Promise<void> {
  const wanted = `0x${chainId.toString(16)}`
  if ((await networkOf(provider)) === chainId) return
  try {
    await request(provider, 'wallet_switchEthereumChain', [{ chainId: wanted }])
  } catch (error) {
    // 4902, or however a wallet says that it does not know this network.
    throw error instanceof Failure && error.code === 'wallet-declined'
      ? error
      : failure('wallet-other-network')
  }
  if ((await networkOf(provider)) !== chainId) throw failure('wallet-other-network')
}

const networkOf = async (provider: Provider): Promise<number> =>
  Number(await request(provider, 'eth_chainId'))

/** @see https://eips.ethereum.org/EIPS/eip-1193#provider-errors and EIP-1474 */
const codes: Record<number, string> = {
  4001: 'wallet-declined',
  4100: 'wallet-other-account',
  4900: 'wallet-gone',
  4901: 'wallet-other-network',
  [-32002]: 'wallet-busy',
}

/** What a wallet says about a failure is not shown: its code alone counts. */
async function request(provider: Provider, method: string, params?: unknown[]): Promise<unknown> {
  try {
    return await provider.request(params ? { method, params } : { method })
  } catch (error) {
    throw failure(codes[Number((error as { code?: unknown } | null)?.code)] ?? 'wallet-failed')
  }
}

const addressesIn = (answer: unknown): Hex[] =>
  Array.isArray(answer)
    ? answer.flatMap((address: unknown) =>
        typeof address === 'string' && /^0x[0-9a-f]{40}$/i.test(address)
          ? [address.toLowerCase() as Hex]
          : [],
      )
    : []

const hexOf = (text: string): Hex =>
  `0x${Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')}`

const failure = (code: string): Failure => new Failure(code, 'later')
