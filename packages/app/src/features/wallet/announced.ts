/** The part of EIP-1193 that is used here. */
export interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>
}

/** A wallet that announced itself to this page. What it says of itself is its own word. */
export interface AnnouncedWallet {
  /** Of this page's life, unique. */
  id: string
  /** Its maker's reverse domain name. */
  rdns: string
  name: string
  /** A small PNG picture; null for whatever else it sent. */
  icon: Uint8Array<ArrayBuffer> | null
  provider: Provider
}

const nameLengthMax = 40
const rdnsLengthMax = 100
/** More extensions than anybody has. */
const walletsMax = 20
const iconBytesMax = 100_000
const iconSideMax = 512

const found = new Map<string, AnnouncedWallet>()
const listeners = new Set<() => void>()
let list: readonly AnnouncedWallet[] = []
let isListening = false

/**
 * Asks wallets to announce themselves and tells of each that does, in the order in which they come.
 *
 * @see https://eips.ethereum.org/EIPS/eip-6963
 */
export function watchWallets(listener: () => void): () => void {
  listeners.add(listener)
  if (!isListening) {
    isListening = true
    addEventListener('eip6963:announceProvider', (event) => meet((event as CustomEvent<unknown>).detail))
  }
  dispatchEvent(new Event('eip6963:requestProvider'))
  return () => void listeners.delete(listener)
}

export const announcedWallets = (): readonly AnnouncedWallet[] => list

function meet(detail: unknown): void {
  const wallet = readAnnouncement(detail)
  // The first counts: nobody takes the place of one that is there already.
  if (!wallet || found.has(wallet.id) || found.size >= walletsMax) return
  found.set(wallet.id, wallet)
  list = [...found.values()]
  for (const listener of listeners) listener()
}

/** Any script of the page's world may announce anything: what is not of the documented form is passed over. */
export function readAnnouncement(detail: unknown): AnnouncedWallet | undefined {
  try {
    const { info, provider } = detail as { info: Record<string, unknown>; provider: Provider }
    const { uuid, name, rdns, icon } = info
    if (typeof uuid !== 'string' || typeof name !== 'string' || typeof rdns !== 'string') return
    if (!/^[0-9a-f-]{36}$/i.test(uuid) || typeof provider.request !== 'function') return
    if (rdns.length > rdnsLengthMax || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(rdns)) return
    return { id: uuid, rdns, name: plainName(name) || rdns, icon: readIcon(icon), provider }
  } catch {
    return
  }
}

/** One line of visible characters: nothing that turns the direction of the text or hides in it. */
const plainName = (name: string): string =>
  name
    .slice(0, 10 * nameLengthMax)
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, nameLengthMax)

const pngBegins = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Nothing is fetched and no SVG is drawn: a PNG in the `data:` address itself, whose sides are small, or nothing. */
function readIcon(icon: unknown): Uint8Array<ArrayBuffer> | null {
  if (typeof icon !== 'string' || icon.length > 2 * iconBytesMax) return null
  const [, base64] = /^data:image\/png;base64,([A-Za-z0-9+/]+={0,2})$/.exec(icon) ?? []
  if (!base64) return null
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  if (bytes.length < 33 || bytes.length > iconBytesMax) return null
  // A picture of few bytes may be of many pixels: https://www.w3.org/TR/png-3/#11IHDR
  const header = new DataView(bytes.buffer)
  const isSmall = header.getUint32(16) <= iconSideMax && header.getUint32(20) <= iconSideMax
  return isSmall && pngBegins.every((byte, index) => bytes[index] === byte) ? bytes : null
}
