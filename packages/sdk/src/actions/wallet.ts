import { directoryAbi, replaceSignerCall } from '@hre/protocol'
import {
  identityOf,
  identityOfWallet,
  textSignedBy,
  type Identity,
  type Keyring,
  type Wallet,
} from '@hre/vault'
import { encodeFunctionData, getAddress, type Hex } from 'viem'
import { createSiweMessage } from 'viem/siwe'
import { connectWith, type Actor } from '../actor.ts'
import { agreementTo } from '../signer-agreement.ts'
import { submit, type Applied } from '../submit.ts'

/** How long a sign-in message is good, in milliseconds: the gateway allows twice that (G38). */
const messageMilliseconds = 5 * 60 * 1000
const statement = 'Sign in to your health records. This moves nothing and costs nothing.'

/**
 * Opens the gateway for somebody whose account a wallet signs for. The keyring opens records and signs nothing. At this gateway the
 * wallet signs in by EIP-4361, at others by the same challenge as everybody.
 *
 * @throws HreError `gateway-unreachable`.
 */
export async function connectByWallet(options: {
  gatewayUrl: string
  keyring: Keyring
  wallet: Wallet
  known?: Pick<Actor, 'deployment' | 'organisation'>
}): Promise<Actor> {
  const { gatewayUrl, keyring, wallet, known } = options
  const { account } = keyring
  const { host, origin } = new URL(gatewayUrl)
  return connectWith(
    gatewayUrl,
    keyring,
    known,
    identityOfWallet(account, wallet),
    async (client, device) => {
      const { nonce, chainId } = await client.call('createWalletNonce', {})
      const now = Date.now()
      const message = createSiweMessage({
        address: getAddress(wallet.address),
        // Where this runs, whatever the gateway says of itself: a message for another place is never signed here.
        domain: host,
        uri: origin,
        chainId,
        nonce,
        statement,
        version: '1',
        issuedAt: new Date(now),
        expirationTime: new Date(now + messageMilliseconds),
        resources: [`urn:hre:account:${account}`],
      })
      const signature = await textSignedBy(wallet, message)
      return client.call('createWalletSession', { body: { account, message, signature, device } })
    },
  )
}

/**
 * Lets a wallet sign for the actor's account from now on, and the key of before no longer (D13). The wallet agrees first, by a message
 * that says so. Sessions end with the old signer: connect anew by `connectByWallet`.
 *
 * @throws HreError `directory-signer-taken`: the wallet signs for another account; VaultError `wallet-signature-refused`.
 */
export const moveToWallet = (actor: Actor, wallet: Wallet): Promise<Applied> =>
  replaceSigner(actor, identityOfWallet(actor.account, wallet))

/** The way back: the keyring's own key signs again, and the wallet no longer. Connect anew by `connect`. */
export const returnFromWallet = (actor: Actor): Promise<Applied> =>
  replaceSigner(actor, identityOf(actor.keyring))

async function replaceSigner(actor: Actor, next: Pick<Identity, 'signer' | 'sign'>): Promise<Applied> {
  const { account, deployment, session } = actor
  const { signer } = next
  const data = encodeFunctionData({
    abi: directoryAbi,
    functionName: 'hashSignerReplacement',
    args: [account, signer],
  })
  const { result } = await session.call('readChain', {
    body: { method: 'eth_call', params: [{ to: deployment.directory, data }, 'latest'] },
  })
  const possession = await next.sign(agreementTo(deployment, { account, signer }, result as Hex))
  const [applied] = await submit(actor, [replaceSignerCall(deployment, signer, possession)])
  return applied!
}
