import { keccak256, stringToHex, toHex, zeroAddress, encodeFunctionData } from 'viem'
import type { Abi, Address, Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  accountOfSigner,
  batchIdOf,
  hashLeaf,
  hashRecovery,
  organisationKinds,
  patientRegistrationTypedData,
  roles as memberRoles,
  signerReplacementTypedData,
  standingChanges,
  type Leaf,
} from '@hre/protocol'
import { contractNames, loadArtifacts } from '../../src/artifacts.ts'
import type { ContractName } from '../../src/artifacts.ts'
import { founderSigners, recipient } from '../differential/exchange.ts'
import type { Exchange } from '../differential/exchange.ts'
import type { Role } from './table.ts'

/** Wallets by role. The first founder employs the administrator, both clinicians and the researcher. */
export const wallets: Record<Exclude<Role, 'consortium'> | Extra, Address> = {
  stranger: walletOf(0x901),
  newcomer: walletOf(0x902),
  patient: walletOf(0x903),
  'another patient': walletOf(0x904),
  guardian: walletOf(0x905),
  delegate: walletOf(0x906),
  researcher: walletOf(0x907),
  clinician: walletOf(0x908),
  'independent auditor': walletOf(0x909),
  administrator: walletOf(0x90a),
  organisation: founderSigners[0]! as Address,
  'suspended organisation': walletOf(0x90b),
  'removed organisation': walletOf(0x90c),
  countersigner: walletOf(0x90d),
  trustee: walletOf(0x90e),
  earlier: walletOf(0x90f),
  founder2: founderSigners[1]! as Address,
  founder3: founderSigners[2]! as Address,
  candidate: walletOf(0x910),
}

/** In the world, and no column of the table. */
type Extra = 'earlier' | 'founder2' | 'founder3' | 'candidate'

function walletOf(key: number): Address {
  return privateKeyToAccount(toHex(key, { size: 32 })).address.toLowerCase() as Address
}

const account = Object.fromEntries(
  Object.entries(wallets).map(([who, wallet]) => [who, accountOfSigner(wallet)]),
) as Record<keyof typeof wallets, Address>

const hash = (text: string): Hex => keccak256(stringToHex(text))
const labs = hash('labs')
const record = hash('record')
const backLink = toHex(new Uint8Array(60).fill(1))
const nextSigner = privateKeyToAccount(toHex(0x911, { size: 32 }))
const newSigner = walletOf(0x911)
const newRecipient = toHex(new Uint8Array(1216).fill(9))
const name = (text: string): Hex => stringToHex(text, { size: 32 })
const week = 7 * 86_400
const year = 365 * 86_400

const leaf = (id: string): Leaf => ({
  patient: account.patient,
  compartment: labs,
  epoch: 1,
  record: hash(id),
  content: hash(`content of ${id}`),
  commitment: hash(`commitment of ${id}`),
  sensitivity: 3,
  kind: 1,
  author: account.clinician,
})
/** A batch of one: its root is the leaf's hash. */
const proven = (id: string) => ({ organisation: account.organisation, leaf: leaf(id), proof: [] })
const toSign = batchIdOf(account.organisation, hash('of two parties'))

/** One way to call each function that anybody could ask for, so that who calls is all that differs. */
export type Arguments = Record<string, (caller: Caller) => readonly unknown[] | Promise<readonly unknown[]>>

export interface Caller {
  wallet: Address
  account: Address
}

export interface Stage {
  exchange: Exchange
  arguments: Arguments
  encode(functionName: string, args: readonly unknown[]): { target: Address; data: Hex }
}

const abis = Object.fromEntries(
  contractNames.map((contract) => [contract, loadArtifacts()[contract].abi as Abi]),
) as Record<ContractName, Abi>

/** `Contract.function` of everything that changes state. */
export const stateChanging: readonly string[] = contractNames.flatMap((contract) =>
  abis[contract]
    .filter((item) => item.type === 'function')
    .filter(({ stateMutability }) => stateMutability !== 'view' && stateMutability !== 'pure')
    .map((item) => `${contract}.${item.name}`),
)

/** Brings everybody of the table into being, and what they might do something with. */
export async function setStage(exchange: Exchange): Promise<Stage> {
  const { deployment } = exchange
  const started = await exchange.now()
  const encode = (functionName: string, args: readonly unknown[]) => {
    const [contract, method] = functionName.split('.') as [ContractName, string]
    const target = deployment[contract.toLowerCase() as Lowercase<ContractName>]
    return { target, data: encodeFunctionData({ abi: abis[contract], functionName: method, args }) }
  }
  const say = (who: keyof typeof wallets, functionName: string, ...args: unknown[]) =>
    exchange.send([{ account: account[who], ...encode(functionName, args) }])
  const register = (who: keyof typeof wallets) => say(who, 'Directory.register', wallets[who], recipient)
  const attest = async (...people: (keyof typeof wallets)[]) => {
    for (const who of people) await say('organisation', 'Directory.attestPatient', account[who], hash(who))
  }
  const founders = ['organisation', 'founder2', 'founder3'] as const
  for (const who of ['trustee', 'suspended organisation', 'removed organisation'] as const) {
    const admission = [account[who], organisationKinds.hospital, stringToHex('IT')]
    // More than half: two of the three founders, and three once the trustee is one of four.
    for (const voter of who === 'trustee' ? founders.slice(0, 2) : founders)
      await say(voter, 'Directory.voteAdmission', ...admission)
    await register(who)
    if (who === 'trustee') continue
    const change = standingChanges[who === 'suspended organisation' ? 'suspend' : 'remove']
    for (const voter of founders) await say(voter, 'Directory.voteStanding', account[who], change)
  }
  const members = [
    ['administrator', 'organisation', 'administrator'],
    ['clinician', 'organisation', 'doctor'],
    ['earlier', 'organisation', 'doctor'],
    ['researcher', 'organisation', 'researcher'],
    ['independent auditor', 'founder2', 'auditor'],
    ['countersigner', 'founder2', 'lab technician'],
  ] as const
  for (const [who, employer, role] of members) {
    await say(employer, 'Directory.addMember', account[who], memberRoles[role])
    await register(who)
  }
  await attest('patient', 'another patient', 'guardian', 'delegate', 'newcomer')
  for (const who of ['patient', 'another patient', 'guardian', 'delegate'] as const) await register(who)
  await say('patient', 'Directory.setGuardians', [account.guardian, account.earlier], 2)
  await say('patient', 'Directory.setDelegate', account.delegate, 1, started + year)
  for (const who of ['guardian', 'earlier'] as const)
    await say(who, 'Directory.approveRecovery', account.patient, hashRecovery(newSigner, newRecipient))
  for (const who of ['clinician', 'earlier'] as const)
    await say('organisation', 'Directory.setAttributes', account[who], 0n, started + year)

  const consentCode = await exchange.codeBehind(deployment.consent)
  const recordsCode = await exchange.codeBehind(deployment.records)
  for (const voter of founders) {
    await say(voter, 'Consortium.voteUpgrade', name('Records'), recordsCode, '0x')
    await say(voter, 'Consortium.voteEnrolment', name('Ready'), consentCode, zeroAddress)
  }
  await exchange.pass(week)

  const now = await exchange.now()
  const terms = (reader: Address, rights = 1) => ({
    reader,
    compartment: labs,
    rights,
    purposes: 1,
    ceiling: 3,
    from: now,
    until: now + week,
    wrapHash: hash('wrap'),
  })
  await say('patient', 'Consent.openCompartment', labs, 3, recipient)
  // What a delegate may open, it may let others open (C13).
  for (const reader of [account.clinician, account.delegate])
    await say('patient', 'Consent.grant', terms(reader))
  await say('patient', 'Consent.grant', terms(account.organisation, 2))
  await say('patient', 'Consent.grantRecord', record, terms(account.clinician))
  const trustees = [account.trustee, account.organisation]
  await say('patient', 'Emergency.setTrustees', labs, 1, trustees, 2, hash('set'))
  await say('clinician', 'Emergency.declare', account.patient, 1, hash('reason'), 3600)
  await say('earlier', 'Emergency.declare', account.patient, 1, hash('reason'), 3600)
  await say('earlier', 'Emergency.close', 2n)
  const manifest = hash('manifest')
  for (const id of ['old', 'next'])
    await say('clinician', 'Records.commitBatch', hashLeaf(leaf(id)), 1, manifest)
  const parties = [account.clinician, account.countersigner]
  await say('clinician', 'Records.commitTwoParty', hash('of two parties'), 1, manifest, ...parties)

  const possession = async (of: Address, replacements = 0n) =>
    nextSigner.signTypedData(
      signerReplacementTypedData(deployment, { account: of, signer: newSigner, replacements }),
    )
  const agreement = async (caller: Caller) => {
    const organisation = caller.account === account.trustee ? account.trustee : account.organisation
    const message = { patient: accountOfSigner(newSigner), recipient: newRecipient, organisation }
    return nextSigner.signTypedData(patientRegistrationTypedData(deployment, message))
  }
  return {
    exchange,
    encode,
    arguments: {
      'Intake.submit': () => [[]],
      'Intake.cancel': () => [5n],
      'Intake.addTarget': () => [consentCode],
      'Intake.setPaused': () => [deployment.notary, true],
      'Directory.initialize': () => [[]],
      'Directory.register': ({ wallet }) => [wallet, recipient],
      'Directory.voteAdmission': () => [account.candidate, 1, stringToHex('IT')],
      'Directory.voteStanding': () => [account.founder3, standingChanges.suspend],
      'Directory.setAttributes': () => [account.earlier, 0n, now],
      'Directory.setEndpoint': () => ['https://hospital.example'],
      'Directory.addMember': () => [account.candidate, 2],
      'Directory.removeMember': () => [account.clinician],
      'Directory.cutOff': () => [account.clinician],
      'Directory.attestPatient': () => [account.candidate, hash('identity')],
      'Directory.registerPatient': async (caller) => [
        newSigner,
        newRecipient,
        hash('identity'),
        await agreement(caller),
      ],
      'Directory.replaceSigner': async (caller) => [newSigner, await possession(caller.account)],
      'Directory.replaceRecipient': () => [newRecipient],
      'Directory.revokeSigner': () => [],
      'Directory.setGuardians': () => [[account.founder2, account.founder3], 2],
      'Directory.approveRecovery': () => [account.patient, hash('another recovery')],
      'Directory.vetoRecovery': () => [],
      'Directory.executeRecovery': async () => [
        account.patient,
        newSigner,
        newRecipient,
        await possession(account.patient),
      ],
      'Directory.setDelegate': () => [account.founder3, 1, now + week],
      'Consent.openCompartment': () => [hash('imaging'), 3, recipient],
      'Consent.grant': () => [terms(account.founder3)],
      'Consent.grantOn': () => [
        terms(account.founder3),
        { specialty: 0n, country: '0x0000', licensed: true },
      ],
      'Consent.grantFor': () => [account.patient, terms(account.founder3)],
      'Consent.revokeFor': () => [account.patient, account.clinician, labs],
      'Consent.grantRecord': () => [record, terms(account.founder3)],
      'Consent.revokeRecord': () => [account.clinician, labs, record],
      'Consent.narrow': () => [account.clinician, labs, { ...terms(account.clinician), ceiling: 2 }],
      'Consent.renew': () => [account.clinician, labs, 1, now + week, now + week + 1],
      'Consent.revoke': () => [account.clinician, labs],
      'Consent.revokeFiling': () => [account.organisation, labs],
      'Consent.setInbox': () => [labs],
      'Consent.rotate': () => [labs, 2, newRecipient, backLink, hash('wraps')],
      'Records.commitBatch': () => [hash('batch'), 1, manifest],
      'Records.commitTwoParty': () => [hash('batch'), 1, manifest, account.patient, account.countersigner],
      'Records.commitOwn': () => [hash('batch'), 1, manifest, account.organisation],
      'Records.sign': () => [toSign],
      'Records.withdrawBatch': () => [hashLeaf(leaf('old'))],
      'Records.supersede': () => [proven('old'), proven('next')],
      'Records.withdraw': () => [proven('old')],
      'Records.erase': () => [proven('old')],
      'Access.anchor': () => [0n, toHex(0, { size: 32 }), hash('root'), 1],
      'Emergency.setTrustees': () => [labs, 1, trustees, 2, hash('set')],
      'Emergency.clearTrustees': () => [labs],
      'Emergency.declare': () => [account['another patient'], 1, hash('reason'), 0],
      'Emergency.close': () => [1n],
      'Emergency.markRelease': () => [1n, labs, hash('share')],
      'Emergency.review': () => [2n, 1, hash('report')],
      'Emergency.contest': () => [1n, hash('statement')],
      'Notary.attest': () => [0, hash('leaf'), 1, hash('report')],
      'Consortium.voteUpgrade': () => [name('Consent'), consentCode, '0x'],
      'Consortium.executeUpgrade': () => [name('Records'), recordsCode, '0x'],
      'Consortium.voteRejection': () => [name('Consent')],
      'Consortium.voteEnrolment': () => [name('Another'), recordsCode, zeroAddress],
      'Consortium.executeEnrolment': () => [name('Ready'), consentCode, zeroAddress],
      'Consortium.votePause': () => [name('Consent'), true],
    },
  }
}

/** Votes to pause everything that can be paused. */
export async function pauseAll({ exchange, encode }: Stage): Promise<void> {
  for (const contract of ['Access', 'Directory', 'Consent', 'Records', 'Notary'])
    for (const voter of ['organisation', 'founder2', 'founder3'] as const)
      await exchange.send([
        { account: account[voter], ...encode('Consortium.votePause', [name(contract), true]) },
      ])
}

export const callerOf = (exchange: Exchange, role: Role): Caller =>
  role === 'consortium'
    ? { wallet: exchange.deployment.consortium, account: accountOfSigner(exchange.deployment.consortium) }
    : { wallet: wallets[role], account: account[role] }
