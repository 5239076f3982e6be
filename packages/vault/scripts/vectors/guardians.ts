import {
  approveRecovery,
  completeRecovery,
  createRecoveryRequest,
  createUnlockDocument,
  encodeRecoveryPhrase,
  openGuardianShare,
  openKeyring,
  recoveryOf,
  recoveryRequestHashOf,
  recoveryWordsOf,
  splitForGuardians,
  type GuardianShare,
  type GuardianWay,
  type RecoveryApproval,
  type RecoveryRequest,
  type ShareSet,
} from '../../src/index.ts'
import { encodeHex, type Hex } from '../../src/hex.ts'
import { splitSecret } from '../../src/secretSharing.ts'

const owner = openKeyring(new Uint8Array(32))
const guardians = [1, 2, 3, 4].map((byte) => openKeyring(new Uint8Array(32).fill(byte)))
const place = {
  chainId: 31337,
  directory: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
  account: owner.account,
} as const

/** S1 to S3: shares by index, none sealed. */
export async function sharesVectors() {
  const secret = Uint8Array.from({ length: 32 }, (_, n) => n)
  const holders = guardians.map(({ account }) => account)
  const purpose = 'HRE vectors'
  const { set, shares } = await splitSecret({ secret, holders, threshold: 3, purpose })
  const hex = shares.map(encodeHex)
  const given = (...indexes: number[]) => indexes.map((index) => ({ index, share: hex[index - 1]! }))
  const flipped = (text: Hex, at: number): Hex =>
    `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}` as Hex
  const altered = (index: number, share: Hex) => [...given(1, 2), { index, share }]
  const refused = { code: 'share-refused', data: { index: 3, reason: 'altered' } }
  const opens = { secret: encodeHex(secret) }
  const weaker: ShareSet = { ...set, secretHash: `0x${'00'.repeat(32)}` }
  return {
    rules: ['S1', 'S2', 'S3'],
    purpose,
    set,
    cases: [
      { what: 'the first three', shares: given(1, 2, 3), ...opens },
      { what: 'others, in another order', shares: given(4, 1, 3), ...opens },
      { what: 'all four', shares: given(1, 2, 3, 4), ...opens },
      { what: 'two are too few', shares: given(1, 2), code: 'shares-inconsistent' },
      { what: 'one bit of a value flipped', shares: altered(3, flipped(hex[2]!, 10)), ...refused },
      { what: 'another place on the polynomial', shares: altered(3, flipped(hex[2]!, 131)), ...refused },
      { what: 'the share of another index', shares: altered(3, hex[3]!), ...refused },
      { what: 'cut by a byte', shares: altered(3, hex[2]!.slice(0, -2) as Hex), ...refused },
      {
        what: 'an index that nobody holds',
        shares: altered(5, hex[2]!),
        code: 'share-refused',
        data: { index: 5, reason: 'unknown-index' },
      },
      { what: 'the dealer lied', set: weaker, shares: given(1, 2, 3), code: 'shares-inconsistent' },
    ],
  }
}

/** K7, K8, S4. Approvals are listed once; a case names them by place. */
export async function recoveryVectors() {
  const rootSeed = Uint8Array.from({ length: 32 }, (_, n) => n)
  const deal = (term: number) =>
    splitForGuardians({ context: { ...place, term }, guardians, threshold: 3 })
  const { secret, shares } = await deal(1)
  const phrase = encodeRecoveryPhrase(new Uint8Array(32).fill(0x80))
  const document = await createUnlockDocument(rootSeed, [{ kind: 'phrase', phrase }, secret])
  const way = document.ways[1] as GuardianWay
  const { request, rootSeed: freshSeed } = createRecoveryRequest(place)
  const other = createRecoveryRequest(place).request
  const approve = (share: GuardianShare, to: RecoveryRequest) =>
    approveRecovery({ share, guardianSeed: guardians[share.index - 1]!.recipientSeed, request: to })
  const approvals: RecoveryApproval[] = []
  for (const share of shares) approvals.push(await approve(share, request))
  const forAnother = await approve(shares[0]!, other)
  approvals.push(forAnother, { ...forAnother, request: recoveryRequestHashOf(request) })
  approvals.push(await approve((await deal(1)).shares[2]!, request))
  approvals.push({ ...approvals[0]!, index: 9 }, { ...approvals[0]!, box: '0x00' })
  const { rootSeed: recovered } = await completeRecovery({ request, rootSeed: freshSeed, way, approvals })
  const line = (position: number, index: number, reason: string) => ({ position, index, reason })
  const tooFew = (valid: number, ...refused: object[]) => ({
    code: 'shares-too-few',
    data: { needed: 3, valid, refused },
  })
  const opens = { recovered: encodeHex(recovered), refused: [] as object[] }
  const opened = await Promise.all(
    shares.map((share, at) => openGuardianShare(share, guardians[at]!.recipientSeed)),
  )
  const [first] = shares as [GuardianShare]
  const firstSeed = encodeHex(guardians[0]!.recipientSeed)
  const elsewhere = (change: object) => ({
    share: { ...first, context: { ...first.context, ...change } },
    guardianSeed: firstSeed,
    code: 'wrap-not-for-reader',
  })
  return {
    rules: ['K7', 'K8', 'S4'],
    document,
    secret: encodeHex(secret.secret),
    shares: [
      ...shares.map((share, at) => ({
        what: `guardian ${at + 1} opens the own share`,
        share,
        guardianSeed: encodeHex(guardians[at]!.recipientSeed),
        opened: encodeHex(opened[at]!),
      })),
      { what: 'another guardian’s key', share: first, guardianSeed: encodeHex(guardians[1]!.recipientSeed), code: 'wrap-not-for-reader' },
      { what: 'another chain', ...elsewhere({ chainId: 1 }) },
      { what: 'another Directory', ...elsewhere({ directory: owner.signer }) },
      { what: 'another account', ...elsewhere({ account: guardians[0]!.account }) },
      { what: 'another term', ...elsewhere({ term: 2 }) },
      { what: 'another place', ...elsewhere({}), share: { ...first, index: 2 } },
      {
        what: 'another threshold',
        ...elsewhere({}),
        share: { ...first, set: { ...first.set, threshold: 2 } },
      },
      {
        what: 'a threshold of one',
        share: { ...first, set: { ...first.set, threshold: 1 } },
        guardianSeed: firstSeed,
        code: 'message-refused',
      },
      {
        what: 'a holder twice',
        share: { ...first, set: { ...first.set, holders: [first.set.holders[0], ...first.set.holders] } },
        guardianSeed: firstSeed,
        code: 'message-refused',
      },
    ],
    requests: [request, other].map((each) => ({
      request: each,
      hash: recoveryRequestHashOf(each),
      recovery: recoveryOf(each),
      words: recoveryWordsOf(each),
    })),
    rootSeed: encodeHex(freshSeed),
    approvals,
    cases: [
      { what: 'three guardians', approvals: [0, 1, 2], ...opens },
      { what: 'three others, in another order', approvals: [3, 2, 0], ...opens },
      { what: 'two are too few', approvals: [0, 1], ...tooFew(2) },
      { what: 'one three times is one', approvals: [0, 0, 0], ...tooFew(1) },
      { what: 'one for another request', approvals: [4, 1, 2], ...tooFew(2, line(0, 1, 'other-request')) },
      { what: 'one for another request, relabelled', approvals: [5, 1, 2], ...tooFew(2, line(0, 1, 'not-opened')) },
      { what: 'one of another set', approvals: [0, 1, 6], ...tooFew(2, line(2, 3, 'not-opened')) },
      {
        what: 'bad ones among enough good ones',
        approvals: [6, 7, 0, 8, 1, 2],
        ...opens,
        refused: [line(3, 0, 'malformed'), line(0, 3, 'not-opened'), line(1, 9, 'unknown-index')],
      },
    ],
  }
}
