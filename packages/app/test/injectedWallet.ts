import type { BrowserContext } from 'playwright-core'
import { hexToString, type Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** How a wallet announces itself (EIP-6963). */
export interface Announcement {
  name: string
  rdns: string
  icon: string
}

/** What the person does who is asked, or what the wallet does instead. */
type Answer = 'agree' | 'decline' | 'wait'

/** One of the wallet's answers in place of the real one. */
type Behaviour = (params: unknown[]) => unknown

/** What a provider throws. */
export class ProviderError extends Error {
  readonly code: number
  constructor(code: number) {
    super('<img src=x onerror=alert(1)>')
    this.code = code
  }
}

/** A wallet with a real secp256k1 key, injected into pages as browser extensions are (EIP-1193). */
export class InjectedWallet {
  readonly announcement: Announcement
  readonly key = privateKeyToAccount(generatePrivateKey())
  readonly address = this.key.address.toLowerCase() as Hex
  /** What it was asked to sign: the type of the message and, of operations, what they say. */
  readonly signed: { form: string; text: string }[] = []
  chainId: number
  knownChains: number[]
  accounts: Hex[] = []
  /** Whether the page may see the addresses. */
  isConnected = false
  answer: Answer = 'agree'
  /** By method. */
  readonly instead = new Map<string, Behaviour>()

  constructor(announcement: Announcement, chainId: number) {
    this.announcement = announcement
    this.chainId = chainId
    this.knownChains = [chainId]
    this.accounts = [this.key.address]
  }

  /** Resolves when the page next calls this method: what it said about an earlier call is off the page by then. */
  called(method: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ method, resolve }))
  }
  #waiting: { method: string; resolve(): void }[] = []

  async request(method: string, params: unknown[]): Promise<unknown> {
    for (const waiting of this.#waiting) if (waiting.method === method) waiting.resolve()
    this.#waiting = this.#waiting.filter((waiting) => waiting.method !== method)
    const instead = this.instead.get(method)
    if (instead) return instead(params)
    switch (method) {
      case 'eth_requestAccounts':
        this.isConnected = true
        return this.accounts
      case 'eth_accounts':
        return this.isConnected ? this.accounts : []
      case 'eth_chainId':
        return `0x${this.chainId.toString(16)}`
      case 'wallet_switchEthereumChain': {
        const wanted = Number((params[0] as { chainId: string }).chainId)
        if (!this.knownChains.includes(wanted)) throw new ProviderError(4902)
        this.chainId = wanted
        return null
      }
      case 'personal_sign': {
        const message = hexToString(params[0] as Hex)
        await this.#decide('text', message)
        return this.key.signMessage({ message })
      }
      case 'eth_signTypedData_v4': {
        const [address, content] = params as [Hex, string]
        if (address.toLowerCase() !== this.address) throw new ProviderError(4100)
        const data = JSON.parse(content) as { domain: { chainId: number }; primaryType: string }
        // As MetaMask has it: a message for another network than the one that is chosen is refused.
        if (Number(data.domain.chainId) !== this.chainId) throw new ProviderError(-32602)
        await this.#decide(data.primaryType, content)
        return this.key.signTypedData(data as never)
      }
      default:
        throw new ProviderError(4200)
    }
  }

  async #decide(form: string, text: string): Promise<void> {
    this.signed.push({ form, text })
    if (this.answer === 'decline') throw new ProviderError(4001)
    if (this.answer === 'wait') await new Promise(() => {})
  }

  forms = (): string[] => this.signed.map(({ form }) => form)
}

/** From the next load on these wallets announce themselves, in this order. */
export async function injectWallets(
  context: BrowserContext,
  wallets: readonly InjectedWallet[],
): Promise<void> {
  await context.exposeFunction('askWallet', async (index: number, method: string, params: unknown[]) => {
    try {
      return { result: await wallets[index]!.request(method, params) }
    } catch (error) {
      return { code: error instanceof ProviderError ? error.code : -32603, message: String(error) }
    }
  })
  await context.addInitScript(
    (announcements) => {
      // As after an extension was removed.
      if (localStorage.getItem('walletsAreAway')) return
      const ask = (
        globalThis as unknown as {
          askWallet(
            index: number,
            method: string,
            params: unknown[],
          ): Promise<{ result?: unknown; code?: number; message?: string }>
        }
      ).askWallet
      const announce = () => {
        for (const [index, info] of announcements.entries()) {
          const provider = {
            async request({ method, params = [] }: { method: string; params?: unknown[] }) {
              const { result, code, message } = await ask(index, method, params)
              if (code === undefined) return result
              throw Object.assign(new Error(message), { code })
            },
          }
          const uuid = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
          const detail = Object.freeze({ info: Object.freeze({ uuid, ...info }), provider })
          dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
        }
      }
      addEventListener('eip6963:requestProvider', announce)
      announce()
    },
    wallets.map(({ announcement }) => announcement),
  )
}
