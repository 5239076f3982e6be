import { accountOf, connectWith, listGrants, type Actor, type JoinStep } from '@hre/sdk'
import { hreError, isHreError } from '@hre/protocol'
import {
  createRootSeed,
  createUnlockDocument,
  isVaultError,
  lockWhenIdle,
  openKeyring,
  openSucceededKeyring,
  unlock,
  verifiersOfWays,
  type Keyring,
  type Succession,
  type UnlockDocument,
  type UnlockedSeed,
} from '@hre/vault'
import { Acquaintances } from './acquaintances.ts'
import type { Hex, Keeper, Progress, Secret, Status, WalletChoice } from './api.ts'
import { ChartRoom } from './charts.ts'
import { Company } from './company.ts'
import { desksOf } from './desks.ts'
import { later } from './later.ts'
import { SealedShelf } from './sealed.ts'
import { deviceShelf, type Kept } from './shelf.ts'
import type { AskWallet } from './wallet.ts'

/** Automatic logoff (45 CFR 164.312(a)(2)(iii)): nobody touched the app for this long. */
export const idleSeconds = 10 * 60

/** Somebody who is signed in on this device. */
export interface Present {
  actor: Actor
  company: Company
  charts: ChartRoom
  acquaintances: Acquaintances
  notes: SealedShelf
}

/** What a journey of the keeper works with. */
export interface Room {
  gatewayUrl: string
  /** @throws HreError `unauthenticated`. */
  present(): Present
  /** Lends the root seed. @throws HreError `unauthenticated`, also when the lock closed meanwhile. */
  withSeed<T>(work: (rootSeed: Uint8Array) => Promise<T>): Promise<T>
  hold(rootSeed: Uint8Array, succession: Succession | null): Promise<Present>
  status(): Promise<Status>
  /** Locks, and leaves nothing on this device. */
  forget(): Promise<Status>
  askWallet: AskWallet
  /** Who signs from now on: a wallet, or with null the keyring's own key. */
  signBy(wallet: WalletChoice | null): Promise<void>
  onProgress(progress: Progress): void
}

/**
 * The part of the app that holds keys: it runs in a worker, so that opening a chart never blocks the page and nothing
 * that the page shows or loads can reach a key.
 */
export function createKeeper(options: {
  gatewayUrl: string
  onLock: () => void
  onProgress: (progress: Progress) => void
  askWallet: AskWallet
  /** There is something new for whoever is signed in. */
  onNews: () => void
}): Keeper {
  let prepared: Uint8Array | undefined
  let held: { seed: UnlockedSeed; present: Present; watching?: AbortController } | undefined

  function present(): Present {
    // No sign of a person: pages look again by themselves, and what others do must not keep the lock from closing.
    if (!held || held.seed.isLocked) throw hreError('unauthenticated')
    return held.present
  }

  async function hold(
    rootSeed: Uint8Array,
    succession: Succession | null = null,
    wallet: WalletChoice | null = null,
  ): Promise<Present> {
    const keyring = succession ? openSucceededKeyring(rootSeed, succession) : openKeyring(rootSeed)
    const present = await settle(keyring, wallet)
    const seed = lockWhenIdle(rootSeed, {
      idleSeconds,
      onLock: () => {
        held?.present.actor.keyring.forget()
        held?.present.charts.forget()
        held?.watching?.abort()
        held = undefined
        options.onLock()
      },
    })
    held = { seed, present }
    return present
  }

  async function settle(keyring: Keyring, wallet: WalletChoice | null): Promise<Present> {
    const actor = await arrive(keyring, wallet)
    const notes = new SealedShelf(actor)
    const acquaintances = new Acquaintances(notes)
    const company = new Company(actor, options.gatewayUrl, acquaintances)
    return { actor, company, charts: new ChartRoom(actor, company, options.onProgress), acquaintances, notes }
  }

  /** At the gateway; without a connection by what this device knows of it. */
  async function arrive(keyring: Keyring, wallet: WalletChoice | null): Promise<Actor> {
    const { gatewayUrl, askWallet } = options
    const kept = await deviceShelf.read()
    const come = async (known?: Kept['exchange']) =>
      wallet
        ? (await import('./wallet.ts')).connectBy(wallet, askWallet, {
            gatewayUrl,
            keyring,
            ...(known && { known }),
          })
        : connectWith(gatewayUrl, keyring, known ?? undefined)
    try {
      const actor = await come()
      const { deployment, organisation } = actor
      if (kept) await deviceShelf.write({ ...kept, exchange: { deployment, organisation } })
      return actor
    } catch (error) {
      if (!isHreError(error, 'gateway-unreachable') || !kept?.exchange) throw error
      return come(kept.exchange)
    }
  }

  async function signBy(wallet: WalletChoice | null): Promise<void> {
    const { actor } = present()
    const changed = await settle(actor.keyring, wallet)
    present()
    held!.watching?.abort()
    held = { seed: held!.seed, present: changed }
  }

  /** What is left of coming in; nothing when it is done. */
  async function finish({ actor }: Present, kept: Kept): Promise<Kept> {
    if (kept.pending === null) return kept
    const { acceptInvitation } = await import('./arrival.ts')
    const role = await acceptInvitation(actor, kept.pending.invitation, (step: JoinStep) =>
      options.onProgress({ step }),
    )
    // Sealed at the gateway too, so that the paper opens another device (K10).
    const body = {
      document: { ...kept.unlock },
      succession: null,
      verifiers: kept.pending.verifiers,
      replaces: null,
    }
    await actor.session.call('putKeystore', { body }).catch((error: unknown) => {
      // Kept by an earlier try, whose answer was lost.
      if (!isHreError(error, 'conflict')) throw error
    })
    const done = { ...((await deviceShelf.read()) ?? kept), pending: null, role }
    await deviceShelf.write(done)
    return done
  }

  async function status(): Promise<Status> {
    const kept = await deviceShelf.read()
    if (!kept) {
      const recovery = await deviceShelf.readRecovery()
      const nobody = { account: null, role: null, joined: false, wallet: null }
      if (recovery) return { state: 'recovering', ...nobody, ...waysOf(recovery.unlock) }
      return { state: 'empty', ...nobody, ways: [], credentials: [] }
    }
    return {
      state: held && !held.seed.isLocked ? 'open' : 'locked',
      account: kept.account,
      role: kept.role,
      joined: kept.pending === null,
      wallet: kept.wallet ?? null,
      ...waysOf(kept.unlock),
    }
  }

  async function withSeed<T>(work: (rootSeed: Uint8Array) => Promise<T>): Promise<T> {
    present()
    const { seed } = held!
    try {
      return await seed.use(work)
    } catch (error) {
      // The lock closed under the work: what it says of the zeros that were left means nothing.
      if (isVaultError(error) && seed.isLocked) throw hreError('unauthenticated', {}, error)
      throw error
    }
  }

  async function forget(): Promise<Status> {
    held?.seed.lock()
    await deviceShelf.clear()
    return status()
  }

  const room: Room = {
    gatewayUrl: options.gatewayUrl,
    present,
    withSeed,
    hold,
    status,
    forget,
    askWallet: options.askWallet,
    signBy,
    onProgress: options.onProgress,
  }

  /** Each journey's code comes when it is first walked. */
  const sharing = async () => (await import('./sharing.ts')).sharingOf(present())

  return {
    status,
    async prepare() {
      prepared = createRootSeed()
      const { createRecoveryPhrase } = await import('./papers.ts')
      return { phrase: createRecoveryPhrase(), account: openKeyring(prepared).account as Hex }
    },
    async newPhrase() {
      return (await import('./papers.ts')).createRecoveryPhrase()
    },
    async join({ invitation, first, phrase }) {
      const earlier = await deviceShelf.read()
      // Somebody's keys are here: a second person must not write over them.
      if (earlier && (earlier.pending?.invitation !== invitation || !held)) throw hreError('conflict')
      if (!earlier) {
        if (!prepared || (await deviceShelf.readRecovery())) throw hreError('conflict')
        options.onProgress({ step: 'keys' })
        // Before anything is sent: whatever breaks from here on, the keys are not lost.
        await deviceShelf.write(await sealed(prepared, invitation, [first, { kind: 'phrase', phrase }]))
        await hold(prepared)
        prepared = undefined
      }
      await finish(present(), (await deviceShelf.read())!)
      return status()
    },
    async recall({ account, secret, wallet = null }) {
      if ((await deviceShelf.read()) || (await deviceShelf.readRecovery())) throw hreError('conflict')
      options.onProgress({ step: 'unlocking' })
      const { recallKeys } = await import('./arrival.ts')
      const { gatewayUrl } = options
      const { document, succession, rootSeed } = await recallKeys({ gatewayUrl, account, secret })
      const { actor } = await hold(rootSeed, succession, wallet)
      const { role } = await accountOf(actor, actor.account).catch((error: unknown) => {
        // Somebody else signs: nothing of this stays.
        held?.seed.lock()
        throw error
      })
      const { deployment, organisation } = actor
      const exchange = { deployment, organisation }
      await deviceShelf.write({
        unlock: document,
        succession,
        account,
        pending: null,
        role,
        exchange,
        wallet,
      })
      return status()
    },
    async unlock(secret) {
      const kept = await deviceShelf.read()
      if (!kept) throw hreError('not-found')
      options.onProgress({ step: 'unlocking' })
      await finish(await hold(await unlock(kept.unlock, secret), kept.succession, kept.wallet), kept)
      return status()
    },
    async lock() {
      held?.seed.lock()
      return status()
    },
    async touch() {
      held?.seed.touch()
      return held !== undefined
    },
    forget,
    async chart(patient) {
      const { actor, charts } = present()
      return charts.open(patient ?? (actor.account as Hex))
    },
    async verify(record) {
      const { actor, company, charts } = present()
      const { verify } = await import('./verify.ts')
      return verify(actor, company, charts.provenOf(record))
    },
    async readers() {
      return present().company.readers()
    },
    async watch() {
      const { actor } = present()
      if (held!.watching) return null
      const watching = (held!.watching = new AbortController())
      const { watchNews } = await import('./watching.ts')
      const isQuiet = ((await deviceShelf.read())?.wallet ?? null) !== null
      void watchNews(actor, { isQuiet, signal: watching.signal, onNews: options.onNews })
      return null
    },
    async settle() {
      const { actor } = present()
      const { emergencies } = await actor.session.call('listEmergencies', { query: { side: 'patient' } })
      const { sets } = await actor.session.call('listTrustees', {})
      // For most people there is nothing to do, and its code stays where it is.
      if (emergencies.length + sets.length > 0) await (await import('./emergencyCare.ts')).settle(actor)
      // What somebody who looks after this person took back still has its key (C13), and what a broken connection left.
      if ((await listGrants(actor)).some(({ revoked }) => revoked))
        await (await import('./care.ts')).finishRevocations(actor)
      return null
    },
    async recoveriesUnderWay() {
      const { recoveries } = await present().actor.session.call('getCouncil', {})
      return recoveries
        .filter(({ state }) => state === 'under way')
        .map(({ approvals, threshold, startedAt, readyAt }) => ({
          approvals: approvals.length,
          threshold,
          startedAt,
          readyAt,
        }))
    },
    async countriesToRepeat() {
      const { countries, isCurrent } = await present().actor.session.call('getCountries', {})
      return isCurrent ? null : countries
    },
    share: async (wish) => (await sharing()).share(wish),
    shares: async () => (await sharing()).shares(),
    endShare: async (reader) => (await sharing()).end(reader),
    visits: async () => (await sharing()).visits(),
    asks: async () => (await sharing()).asks(),
    ask: async (wish) => (await sharing()).ask(wish),
    patients: async () => (await sharing()).patients(),
    ...later(['ways', 'addWay', 'removeWay'], async () => (await import('./ways.ts')).waysOf(room)),
    ...later(['moveToWallet', 'leaveWallet'], async () => (await import('./wallet.ts')).walletsOf(room)),
    ...later(['council', 'nameGuardians', 'vetoRecovery', 'wards', 'helpRecover', 'befriend'], async () =>
      (await import('./guardianship.ts')).guardianshipOf(room),
    ),
    ...later(['addOwn', 'removeOwn', 'document'], async () => (await import('./own.ts')).ownRecordsOf(room)),
    ...later(
      [
        'helpers',
        'nameHelper',
        'endHelper',
        'helped',
        'chartOfHelped',
        'visitsOfHelped',
        'sharesOfHelped',
        'shareForHelped',
        'endShareOfHelped',
        'prepareWard',
        'pendingWard',
        'joinWard',
      ],
      async () => (await import('./care.ts')).careOf(room),
    ),
    ...later(['countries', 'allowCountries'], async () => (await import('./countries.ts')).countriesOf(room)),
    ...later(['exportAll', 'closeAccount'], async () => (await import('./leaving.ts')).leavingOf(room)),
    ...later(['startRecovery', 'recovery', 'finishRecovery'], async () =>
      (await import('./recovery.ts')).recoveryOf(room),
    ),
    ...later(
      ['marked', 'mark', 'unmark', 'emergencyCard', 'makeCard', 'endCard', 'emergencies', 'contest'],
      async () => (await import('./emergencyCare.ts')).emergencyCareOf(room),
    ),
    async fileNote(note) {
      const { actor } = present()
      const { name } = await accountNames(present())
      const { fileNote } = await import('./notes.ts')
      await fileNote(actor, note, name)
      return null
    },
    ...desksOf(present),
  }
}

/** How the note names its author: as the organisation does. */
async function accountNames({ actor, company }: Present): Promise<{ name: string | null }> {
  const { role } = await accountOf(actor, actor.account)
  return role === 0 ? { name: null } : company.reader(actor.account as Hex)
}

/** What the device keeps of new keys. */
async function sealed(rootSeed: Uint8Array, invitation: Hex, secrets: Secret[]): Promise<Kept> {
  const unlock = await createUnlockDocument(rootSeed, secrets)
  const account = openKeyring(rootSeed).account as Hex
  const verifiers = await verifiersOfWays(account, unlock.ways, secrets)
  return { unlock, succession: null, account, pending: { invitation, verifiers }, role: null, exchange: null }
}

const waysOf = ({ ways }: UnlockDocument): Pick<Status, 'ways' | 'credentials'> => ({
  ways: ways.map(({ kind }) => kind),
  credentials: ways.flatMap((way) => (way.kind === 'passkey' ? [way.credential as Hex] : [])),
})
