import { BlockList, isIP } from 'node:net'

/**
 * Networks that are not the public's: this machine, this site, the links, what is reserved, and what carries an IPv4 address in an
 * IPv6 one. Metadata services of clouds (169.254.169.254, fd00:ec2::254) are among them.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Of 2000::/3, outside of which nothing is public (RFC 4291, 2.4). */
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']

const notPublic = listOf([...special4, ...special6])
const global6 = listOf(['2000::/3'])

/** Are these networks in their CIDR forms, with commas? */
export function areNetworks(text: string): boolean {
  try {
    listOf(networksIn(text))
    return true
  } catch {
    return false
  }
}

export const networksIn = (text: string): string[] => text.split(',').map((network) => network.trim())

/** Networks by their CIDR forms. @throws TypeError, RangeError for what is none. */
export function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const version = isIP(address)
    if (version === 0) throw new TypeError(`${network}: not a network`)
    list.addSubnet(address, Number(bits ?? (version === 4 ? 32 : 128)), version === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/**
 * May something be sent there?
 *
 * @param address - as a resolver gives it, without brackets.
 * @param allowed - networks that an operator allows although they are not public.
 */
export function isSendable(address: string, allowed: BlockList): boolean {
  const plain = withoutMapping(address)
  const version = isIP(plain)
  if (version === 0) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (allowed.check(plain, family)) return true
  if (notPublic.check(plain, family)) return false
  return version === 4 || global6.check(plain, 'ipv6')
}

/** `::ffff:10.0.0.1`, in either spelling, is 10.0.0.1. A zone (`%eth0`) makes an address one of a link. */
function withoutMapping(address: string): string {
  if (isIP(address) !== 6 || address.includes('%')) return address.includes('%') ? '' : address
  const { hostname } = new URL(`http://[${address}]/`)
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname)
  if (!mapped) return address
  const [high, low] = [parseInt(mapped[1]!, 16), parseInt(mapped[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
