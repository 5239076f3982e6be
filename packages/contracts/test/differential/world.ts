import { toHex } from 'viem'
import type { Address, Hex } from 'viem'
import {
  accountOfSigner,
  attestPatientCall,
  addMemberCall,
  grantCall,
  grantOnCall,
  grantRecordCall,
  narrowCall,
  openCompartmentCall,
  purposesOfBits,
  registerCall,
  removeMemberCall,
  renewCall,
  revokeCall,
  revokeFilingCall,
  revokeRecordCall,
  rightsOfBits,
  setAttributesCall,
  voteAdmissionCall,
  voteStandingCall,
} from '@hre/protocol'
import type { Call, DecisionFacts, GrantTerms } from '@hre/protocol'
import type { Draw } from './draw.ts'
import { founderCountry, founderSigners, recipient } from './exchange.ts'
import type { Exchange, Question, Send } from './exchange.ts'

interface Person {
  account: Address
  registered: boolean
  attested: boolean
  /** Once it is admitted. */
  organisation: boolean
  barred: boolean
  specialty: bigint
  licensedUntil: number
  employer: Address | undefined
}

/** What was said to the contracts, as a list of people and maps: nothing here is read from them. */
export interface World {
  people: Person[]
  compartments: Hex[]
  /** By patient and compartment. */
  sensitivities: Map<string, number>
  /** By patient, compartment and reader. */
  grants: Map<string, GrantTerms>
  /** Who was let to write alone. */
  filings: Set<string>
  /** By patient, compartment, record and reader. */
  recordGrants: Map<string, GrantTerms>
  records: Hex[]
  /** Times at which an answer may change. */
  edges: number[]
}

const specialties = [0n, 394_579_002n, 2n ** 64n - 1n]

const keyOf = (...parts: Hex[]): string => parts.join(' ')

const isPatient = ({ registered, attested }: Person): boolean => registered && attested

/** Draws who is who and who agreed to what, and tells the contracts. */
export async function buildWorld(exchange: Exchange, draw: Draw): Promise<World> {
  const { deployment } = exchange
  const now = await exchange.now()
  const calls: Send[] = []
  const say = (account: Address, { target, data }: Call) => calls.push({ account, target, data })
  const founders: Person[] = founderSigners.map((signer) => ({
    account: accountOfSigner(signer),
    registered: true,
    attested: false,
    organisation: true,
    barred: false,
    specialty: 0n,
    licensedUntil: 0,
    employer: undefined,
  }))

  const people = Array.from({ length: 10 }, (_, index) => {
    // In every world, or too few questions would be about one.
    const isBarred = index === 0
    const signer = draw.bytes(20)
    const account = accountOfSigner(signer)
    const person: Person = {
      account,
      registered: false,
      attested: false,
      organisation: false,
      barred: false,
      specialty: 0n,
      licensedUntil: 0,
      employer: undefined,
    }
    const employer = draw.of(founders).account
    const attestor = draw.of(founders).account
    if (!isBarred && draw.below(10) < 6) {
      say(attestor, attestPatientCall(deployment, account, draw.bytes(32)))
      person.attested = true
    }
    if (!isBarred && draw.below(10) < 6) {
      say(employer, addMemberCall(deployment, account, draw.of(['doctor', 'nurse', 'auditor'])))
      person.employer = employer
    }
    if (!person.employer && !person.attested && (isBarred || draw.once(3))) {
      const vote = { organisation: account, kind: 'hospital', country: 'IT' } as const
      const threshold = Math.floor(exchange.activeOrganisations / 2) + 1
      for (const founder of founders.slice(0, threshold))
        say(founder.account, voteAdmissionCall(deployment, vote))
      person.organisation = true
    }
    // Three founders vote, so no more than five may be active, the one to be barred included.
    if (person.organisation && !isBarred && exchange.activeOrganisations >= 4) return person
    if ((person.attested || person.employer || person.organisation) && (isBarred || !draw.once(5))) {
      say(account, registerCall(deployment, signer, recipient))
      person.registered = true
      if (person.organisation) exchange.activeOrganisations++
      if (isBarred) {
        const threshold = Math.floor(exchange.activeOrganisations / 2) + 1
        const change = draw.of(['suspend', 'remove'] as const)
        for (const founder of founders.slice(0, threshold))
          say(founder.account, voteStandingCall(deployment, account, change))
        person.barred = true
        exchange.activeOrganisations--
      }
    }
    if (person.employer && !draw.once(3)) {
      person.specialty = draw.of(specialties)
      person.licensedUntil = now + draw.below(100_000)
      const { specialty, licensedUntil } = person
      say(employer, setAttributesCall(deployment, account, { specialty, licensedUntil }))
    }
    if (person.employer && draw.once(4)) {
      say(employer, removeMemberCall(deployment, account))
      Object.assign(person, { employer: undefined, specialty: 0n, licensedUntil: 0 })
    }
    return person
  })
  const compartments = [draw.bytes(32), draw.bytes(32), draw.bytes(32)]
  const sensitivities = new Map<string, number>()
  for (const person of people.filter(isPatient)) {
    for (const compartment of compartments) {
      if (draw.once(3)) continue
      const sensitivity = 1 + draw.below(5)
      say(person.account, openCompartmentCall(deployment, compartment, sensitivity, recipient))
      sensitivities.set(keyOf(person.account, compartment), sensitivity)
    }
  }

  const grants = new Map<string, GrantTerms>()
  const filings = new Set<string>()
  const recordGrants = new Map<string, GrantTerms>()
  const records = [draw.bytes(32), draw.bytes(32)]
  const edges = [0, now, 2 ** 48 - 1]
  for (const { licensedUntil } of people) {
    if (licensedUntil > 0) edges.push(licensedUntil - 1, licensedUntil)
  }
  const readers = [...people, ...founders].filter(({ registered }) => registered)
  for (const part of sensitivities.keys()) {
    const [patient, compartment] = part.split(' ') as [Address, Hex]
    for (const { account: reader } of readers) {
      if (reader === patient || draw.once(2)) continue
      const from = now - 50_000 + draw.below(100_000)
      const terms: GrantTerms = {
        rights: draw.of([1, 3]),
        purposes: 1 + draw.below(2 ** 16 - 1),
        ceiling: 1 + draw.below(5),
        from,
        until: Math.max(from, now + 10_000) + 1 + draw.below(100_000),
      }
      const rights = rightsOfBits(terms.rights)
      const purposes = purposesOfBits(terms.purposes)
      const grant = { ...terms, reader, compartment, rights, purposes, wrapHash: toHex(1, { size: 32 }) }
      if (draw.once(3)) {
        say(patient, grantCall(deployment, { ...grant, rights: ['write'] }))
        if (draw.once(6)) say(patient, revokeFilingCall(deployment, reader, compartment))
        else filings.add(keyOf(patient, compartment, reader))
        if (draw.once(3)) continue
      }
      if (draw.once(3)) {
        const record = draw.of(records)
        say(patient, grantRecordCall(deployment, record, { ...grant, rights: ['read'] }))
        recordGrants.set(keyOf(patient, compartment, record, reader), { ...terms, rights: 1 })
        edges.push(terms.from, terms.until)
        if (draw.once(6)) {
          say(patient, revokeRecordCall(deployment, reader, compartment, record))
          recordGrants.delete(keyOf(patient, compartment, record, reader))
        }
        if (draw.once(2)) continue
      }
      if (draw.once(3)) {
        terms.conditions = {
          specialty: draw.of([0n, ...specialties]),
          country: draw.of(['', '', founderCountry, 'IT']),
          licensed: draw.once(2),
        }
        say(patient, grantOnCall(deployment, grant, terms.conditions))
      } else say(patient, grantCall(deployment, grant))
      grants.set(keyOf(patient, compartment, reader), terms)
      if (draw.once(4)) {
        const heldUntil = terms.until
        terms.until += 1 + draw.below(100_000)
        say(patient, renewCall(deployment, { reader, compartment, epoch: 1, heldUntil, until: terms.until }))
      }
      if (draw.once(4)) {
        // Reading and writing may become one of them, and reading keeps a purpose.
        if (terms.rights === 3) terms.rights = 1 + draw.below(3)
        terms.purposes &= draw.below(2 ** 16) | (terms.purposes & -terms.purposes)
        terms.ceiling = 1 + draw.below(terms.ceiling)
        terms.until =
          Math.max(terms.from, now + 10_000) +
          1 +
          draw.below(terms.until - Math.max(terms.from, now + 10_000))
        const left = { rights: rightsOfBits(terms.rights), purposes: purposesOfBits(terms.purposes) }
        say(patient, narrowCall(deployment, reader, compartment, { ...terms, ...left }))
      }
      edges.push(terms.from - 1, terms.from, terms.until - 1, terms.until)
      if (!draw.once(6)) continue
      say(patient, revokeCall(deployment, reader, compartment))
      grants.delete(keyOf(patient, compartment, reader))
    }
  }
  await exchange.send(calls)
  return {
    people: [...people, ...founders],
    compartments,
    sensitivities,
    grants,
    filings,
    recordGrants,
    records,
    edges,
  }
}

/** Nine in ten are about a patient and a compartment that exist, as few other questions go deep. */
export function drawQuestion(world: World, draw: Draw): Question {
  if (draw.once(4)) {
    const question = drawAboutConditions(world, draw)
    if (question) return question
  }
  const parts = [...world.sensitivities.keys()]
  const stranger = draw.bytes(20)
  const [patient, drawn] =
    parts.length > 0 && !draw.once(10)
      ? (draw.of(parts).split(' ') as [Address, Hex])
      : [
          draw.once(5) ? stranger : draw.of(world.people).account,
          draw.of([...world.compartments, draw.bytes(32)]),
        ]
  const compartment = draw.once(15) ? draw.bytes(32) : drawn
  const granted = [...world.grants].filter(([key]) => key.startsWith(keyOf(patient, compartment)))
  const aboutAGrant = granted.length > 0 && !draw.once(4)
  const [key, terms] = aboutAGrant ? draw.of(granted) : []
  const purposes =
    terms === undefined
      ? []
      : Array.from({ length: 16 }, (_, bit) => bit).filter((bit) => (terms.purposes >> bit) & 1)
  return {
    reader: key ? (key.split(' ')[2] as Address) : draw.once(12) ? stranger : draw.of(world.people).account,
    patient,
    compartment,
    record: draw.once(2) ? undefined : draw.of(world.records),
    sensitivity: draw.once(20) ? draw.below(256) : 1 + draw.below(5),
    purpose:
      purposes.length > 0 && !draw.once(4)
        ? draw.of(purposes)
        : draw.once(8)
          ? draw.below(256)
          : draw.below(16),
    at:
      terms && !draw.once(4)
        ? draw.of([terms.from - 1, terms.from, terms.from, terms.until - 1, terms.until - 1, terms.until])
        : draw.of(world.edges),
  }
}

/** A question that only the conditions of a grant can refuse, as chance alone seldom asks one. */
function drawAboutConditions(world: World, draw: Draw): Question | undefined {
  const decisive = [...world.grants].filter(([key, { conditions, rights, ceiling }]) => {
    const [patient, compartment] = key.split(' ') as [Hex, Hex]
    const least = world.sensitivities.get(keyOf(patient, compartment)) ?? 0
    return conditions !== undefined && (rights & 1) === 1 && ceiling >= least
  })
  if (decisive.length === 0) return undefined
  const [key, terms] = draw.of(decisive)
  const [patient, compartment, holder] = key.split(' ') as [Address, Hex, Address]
  const holders = world.people.filter(({ account, employer }) => account === holder || employer === holder)
  const within = world.edges.filter((edge) => edge >= terms.from && edge < terms.until)
  return {
    reader: draw.of(holders).account,
    patient,
    compartment,
    record: undefined,
    sensitivity: 1,
    purpose: Math.log2(terms.purposes & -terms.purposes),
    at: draw.of([terms.from, ...within]),
  }
}

const founders = new Set(founderSigners.map(accountOfSigner))

export function factsOf(world: World, { reader, patient, compartment, record }: Question): DecisionFacts {
  const find = (account: Address) => world.people.find((person) => person.account === account)
  const known = find(patient)
  const asking = find(reader)
  const sensitivity = world.sensitivities.get(keyOf(patient, compartment))
  const acting =
    asking?.registered && !asking.barred ? (asking.organisation ? reader : asking.employer) : undefined
  return {
    reader,
    patient,
    patientKnown: known !== undefined && isPatient(known),
    readerKnown: asking?.registered ?? false,
    readerBarred: asking?.barred ?? false,
    compartmentKnown: sensitivity !== undefined,
    compartmentSensitivity: sensitivity ?? 0,
    ownGrant: world.grants.get(keyOf(patient, compartment, reader)),
    organisationGrant: acting && world.grants.get(keyOf(patient, compartment, acting)),
    filesAlone: [reader, acting ?? []]
      .flat()
      .some((to) => world.filings.has(keyOf(patient, compartment, to))),
    ownRecordGrant: record && world.recordGrants.get(keyOf(patient, compartment, record, reader)),
    organisationRecordGrant:
      acting && record && world.recordGrants.get(keyOf(patient, compartment, record, acting)),
    readerAttributes: asking && {
      specialty: asking.specialty,
      licensedUntil: asking.licensedUntil,
      country: acting ? (asking.organisation && !founders.has(reader) ? 'IT' : founderCountry) : '',
    },
  }
}
