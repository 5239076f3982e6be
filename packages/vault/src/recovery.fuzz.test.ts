import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { damagedJson, damagedText, fuzzSeed, holds, wild } from '../test/fuzz.ts'
import { dealGuardians, directory, guardianContext, guardians } from '../test/guardians.ts'
import { ana, osei } from '../test/people.ts'
import {
  dealTrustees,
  declaration,
  emergencyContext,
  epochSeed,
  now,
  seenOf,
  trustees,
} from '../test/trustees.ts'
import {
  approveRecovery,
  assertReleasable,
  compartmentsToRotate,
  completeRecovery,
  createRecoveryPhrase,
  createRecoveryRequest,
  createUnlockDocument,
  emergencyCardOf,
  openEmergency,
  openEmergencyEntry,
  openEmergencyShare,
  openGuardianShare,
  parseEmergencyCard,
  parseEmergencyEntry,
  parseEmergencyRelease,
  parseEmergencyShare,
  parseGuardianShare,
  parseRecoveryApproval,
  parseRecoveryRequest,
  parseShareSet,
  patientNumberLookupOf,
  recipientHashOf,
  recipientOf,
  recoveryWordsOf,
  releaseShare,
  shareSetHashOf,
  type EmergencyRelease,
  type EmergencyShare,
  type GuardianShare,
  type GuardianWay,
  type Hex32,
  type RecoveryApproval,
  type RecoveryRequest,
} from './index.ts'

const { text: card, entry } = emergencyCardOf({ gateway: 'city.example', account: ana.account })
const seedOf = (holders: readonly { recipientSeed: Uint8Array }[]) => holders[0]!.recipientSeed

let guardianShare: GuardianShare
let way: GuardianWay
let request: RecoveryRequest
let freshSeed: Uint8Array
let approvals: RecoveryApproval[]
let share: EmergencyShare
let sharesHash: Hex32
let releases: EmergencyRelease[]
before(async () => {
  const { shares, secret } = await dealGuardians()
  const paper = { kind: 'phrase', phrase: createRecoveryPhrase() } as const
  const document = await createUnlockDocument(new Uint8Array(32), [paper, secret])
  way = document.ways[1] as GuardianWay
  guardianShare = shares[0]!
  const place = { chainId: guardianContext.chainId, directory, account: ana.account } as const
  ;({ request, rootSeed: freshSeed } = createRecoveryRequest(place))
  approvals = await Promise.all(
    shares.map((each, at) =>
      approveRecovery({ share: each, guardianSeed: guardians[at]!.recipientSeed, request }),
    ),
  )
  const dealt = await dealTrustees()
  share = dealt.shares[0]!
  sharesHash = dealt.sharesHash
  const made = dealt.shares.map((each, at) =>
    releaseShare({ ...question(), share: each, trusteeSeed: trustees[at]!.recipientSeed }),
  )
  releases = (await Promise.all(made)).map(({ release }) => release)
})
const question = () => ({
  share,
  trusteeSeed: seedOf(trustees),
  declaration,
  clinicianRecipient: osei.recipient,
  seen: seenOf(sharesHash),
  now,
})
/** Lists of good, damaged and wild messages, the same one several times among them. */
const lists = (good: readonly object[], other: object) =>
  fc.array(fc.oneof(fc.constantFrom(...good), ...good.map((each) => damagedJson(each, other)), wild), {
    maxLength: 9,
  })

describe(`every decoder of shares succeeds or throws a VaultError (seed ${fuzzSeed})`, () => {
  it('[S3] share sets', async () => {
    const sets = fc.oneof(damagedJson(share.set, guardianShare.set), wild)
    await holds(sets, (set) => parseShareSet(set), 1000)
    await holds(sets, (set) => shareSetHashOf(set as never, 'P'), 300)
  })

  it('[K7] guardians’ shares', async () => {
    const shares = fc.oneof(damagedJson(guardianShare, share), wild)
    await holds(shares, (each) => parseGuardianShare(each), 1000)
    await holds(shares, (each) => openGuardianShare(each as never, seedOf(guardians)), 200)
    await holds(wild, (seed) => openGuardianShare(guardianShare, seed as never), 100)
  })

  it('[K8] requests and approvals', async () => {
    const requests = fc.oneof(damagedJson(request, guardianShare), wild)
    await holds(requests, (each) => parseRecoveryRequest(each), 1000)
    await holds(requests, (each) => recoveryWordsOf(each as never), 300)
    const approve = (each: unknown) =>
      approveRecovery({ share: guardianShare, guardianSeed: seedOf(guardians), request: each as never })
    await holds(requests, approve, 150)
    const approved = fc.oneof(damagedJson(approvals[0]!, releases[0]), wild)
    await holds(approved, (each) => parseRecoveryApproval(each), 1000)
    const complete = (given: object) =>
      completeRecovery({ request, rootSeed: freshSeed, way, approvals, ...given })
    await holds(lists(approvals, releases[0]!), (given) => complete({ approvals: given }), 200)
    await holds(fc.oneof(damagedJson(way, share), wild), (given) => complete({ way: given }), 200)
    await holds(fc.oneof(requests, wild), (given) => complete({ request: given }), 100)
    await holds(wild, (given) => complete({ approvals: given, rootSeed: given }), 100)
  })

  it('[S5] [S7] [S9] emergency shares and releases', async () => {
    const shares = fc.oneof(damagedJson(share, guardianShare), wild)
    await holds(shares, (each) => parseEmergencyShare(each), 1000)
    await holds(shares, (each) => openEmergencyShare(each as never, seedOf(trustees), sharesHash), 200)
    await holds(shares, (each) => releaseShare({ ...question(), share: each as never }), 200)
    const released = fc.oneof(damagedJson(releases[0]!, approvals[0]), wild)
    await holds(released, (each) => parseEmergencyRelease(each), 1000)
    const good = {
      context: emergencyContext,
      declaration,
      clinician: osei.account,
      clinicianSeed: osei.recipientSeed,
      sharesHash,
      expectedRecipientHash: recipientHashOf(recipientOf(epochSeed)),
    }
    await holds(lists(releases, share), (given) => openEmergency({ ...good, releases: given as never }), 200)
    const asked = damagedJson({ ...good, declaration: 7, clinicianSeed: 0 }, share) as fc.Arbitrary<object>
    await holds(asked, (given) => openEmergency({ ...good, ...given, releases } as never), 200)
  })

  it('[S8] [S10] what a trustee saw', async () => {
    const plain = { ...seenOf(sharesHash), declaration: { ...seenOf(sharesHash).declaration, id: 7 } }
    const seen = damagedJson(plain, share)
    await holds(seen, (given) => assertReleasable({ ...question(), seen: given as never }), 500)
    const rows = fc.array(fc.record({ compartment: wild, block: wild, sinceBlock: wild }))
    await holds(rows, (given) => compartmentsToRotate(given as never, given as never), 300)
  })

  it('[S11] [S12] cards, entries and numbers', async () => {
    const cards = fc.oneof(fc.string(), wild, damagedText(card))
    await holds(cards, (text) => parseEmergencyCard(text as never), 1000)
    await holds(cards, (gateway) => emergencyCardOf({ gateway: gateway as never, account: ana.account }), 500)
    const entries = fc.oneof(damagedJson(entry, share), wild)
    await holds(entries, (each) => parseEmergencyEntry(each), 500)
    const { secret } = parseEmergencyCard(card)
    await holds(entries, (each) => openEmergencyEntry(each as never, secret), 300)
    await holds(wild, (each) => openEmergencyEntry(entry, each as never), 200)
    const number = (given: unknown) => patientNumberLookupOf(new Uint8Array(32), given as never)
    await holds(fc.oneof(fc.record({ system: wild, value: wild }), wild), number, 300)
  })
})
