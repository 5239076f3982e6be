import type { TypedMessage } from '@hre/protocol'
import { stringToBytes, type Hex } from 'viem'
import { keccak256 } from './keccak.ts'

interface Field {
  readonly name: string
  readonly type: string
}

const domainFields: readonly Field[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
]
const domainTypeHash = keccak256(stringToBytes(typeOf('EIP712Domain', domainFields)))
/** By the message's types, which are constants of the protocol. */
const typeHashes = new WeakMap<TypedMessage['types'], Hex>()
/** Hashes of domains: a deployment has a handful. */
const domainHashes = new Map<string, Hex>()
const domainsKeptMax = 100

/**
 * The EIP-712 digest of a message, as `hashMessage` gives it, at a tenth of the price: types and domains, which are always the same, are
 * hashed once.
 *
 * @param message - of fields that are no structures.
 * @throws TypeError for a field of another kind.
 */
export function digestOf({ domain, types, primaryType, message }: TypedMessage): Hex {
  const fields = types[primaryType]!
  let typeHash = typeHashes.get(types)
  if (!typeHash) {
    typeHash = keccak256(stringToBytes(typeOf(primaryType, fields)))
    typeHashes.set(types, typeHash)
  }
  const structHash = hashStruct(typeHash, fields, message as Record<string, unknown>)
  return hashOf(`1901${digits(domainHash(domain))}${digits(structHash)}`)
}

function domainHash(domain: TypedMessage['domain']): Hex {
  const key = JSON.stringify([domain.name, domain.version, domain.chainId, domain.verifyingContract])
  const known = domainHashes.get(key)
  if (known) return known
  const hash = hashStruct(domainTypeHash, domainFields, domain)
  if (domainHashes.size < domainsKeptMax) domainHashes.set(key, hash)
  return hash
}

function typeOf(name: string, fields: readonly Field[]): string {
  return `${name}(${fields.map((field) => `${field.type} ${field.name}`).join(',')})`
}

function hashStruct(typeHash: Hex, fields: readonly Field[], values: Readonly<Record<string, unknown>>): Hex {
  return hashOf(digits(typeHash) + fields.map(({ name, type }) => wordOf(type, values[name])).join(''))
}

/** 32 bytes in hexadecimal. */
function wordOf(type: string, value: unknown): string {
  if (type === 'bytes32') return wide(value as Hex, 64)
  if (type === 'address') return wide(value as Hex, 40)
  if (type === 'bytes') return digits(hashOf(digits(value as Hex)))
  if (type === 'string') return digits(keccak256(stringToBytes(value as string)))
  if (type === 'bytes32[]') return digits(hashOf((value as Hex[]).map((word) => wide(word, 64)).join('')))
  if (/^uint\d+$/.test(type)) return unsigned(BigInt(value as number | bigint), Number(type.slice(4)))
  throw new TypeError(`no field of type ${type} is known`)
}

function unsigned(value: bigint, bits: number): string {
  if (value < 0n || value >> BigInt(bits) !== 0n) throw new TypeError(`out of the range of uint${bits}`)
  return value.toString(16).padStart(64, '0')
}

/** An id of exactly so many digits: one of another length would shift what follows it. */
function wide(value: Hex, length: number): string {
  if (value.length !== length + 2) throw new TypeError(`not of ${length / 2} bytes`)
  return digits(value).padStart(64, '0')
}

const hashOf = (bytes: string): Hex => keccak256(`0x${bytes}`)
const digits = (value: Hex): string => value.slice(2)
