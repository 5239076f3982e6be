import { accountOf, connect, type Actor, type JoinStep } from '@hre/sdk'
import { hreError, isHreError } from '@hre/protocol'
import {
  createRecoveryPhrase,
  createRootSeed,
  createUnlockDocument,
  lockWhenIdle,
  openKeyring,
  unlock,
  type UnlockDocument,
  type UnlockedSeed,
} from '@hre/vault'
import type { Hex, Keeper, Progress, Status } from './api.ts'
import { ChartRoom } from './charts.ts'
import { Company } from './company.ts'
import { deviceShelf, type Kept } from './shelf.ts'

/** Automatic logoff (45 CFR 164.312(a)(2)(iii)): nobody touched the app for this long. */
export const idleSeconds = 10 * 60

/** Somebody who is signed in on this device. */
export interface Present {
  actor: Actor
  company: Company
  charts: ChartRoom
}

/**
 * The part of the app that holds keys: it runs in a worker, so that opening a chart never blocks the page and nothing
 * that the page shows or loads can reach a key.
 */
export function createKeeper(options: {
  gatewayUrl: string
  onLock: () => void
  onProgress: (progress: Progress) => void
}): Keeper {
  let held: { seed: UnlockedSeed; present: Present } | undefined

  function present(): Present {
    if (!held || held.seed.isLocked) throw hreError('unauthenticated')
    held.seed.touch()
    return held.present
  }

  async function hold(rootSeed: Uint8Array): Promise<Present> {
    const actor = await arrive(rootSeed)
    const company = new Company(actor, options.gatewayUrl)
    const charts = new ChartRoom(actor, company, options.onProgress)
    const seed = lockWhenIdle(rootSeed, {
      idleSeconds,
      onLock: () => {
        held = undefined
        options.onLock()
      },
    })
    held = { seed, present: { actor, company, charts } }
    return held.present
  }

  /** At the gateway; without a connection by what this device knows of it. */
  async function arrive(rootSeed: Uint8Array): Promise<Actor> {
    const { gatewayUrl } = options
    const kept = await deviceShelf.read()
    try {
      const actor = await connect({ gatewayUrl, rootSeed })
      const { deployment, organisation } = actor
      if (kept) await deviceShelf.write({ ...kept, exchange: { deployment, organisation } })
      return actor
    } catch (error) {
      if (!isHreError(error, 'gateway-unreachable') || !kept?.exchange) throw error
      return connect({ gatewayUrl, rootSeed, known: kept.exchange })
    }
  }

  /** What is left of coming in; nothing when it is done. */
  async function finish({ actor }: Present, kept: Kept): Promise<Kept> {
    if (kept.pending === null) return kept
    const { acceptInvitation } = await import('./arrival.ts')
    const role = await acceptInvitation(actor, kept.pending, (step: JoinStep) => options.onProgress({ step }))
    const done = { ...((await deviceShelf.read()) ?? kept), pending: null, role }
    await deviceShelf.write(done)
    return done
  }

  async function status(): Promise<Status> {
    const kept = await deviceShelf.read()
    if (!kept)
      return { state: 'empty', account: null, role: null, ways: [], credentials: [], joined: false }
    return {
      state: held && !held.seed.isLocked ? 'open' : 'locked',
      account: kept.account,
      role: kept.role,
      joined: kept.pending === null,
      ...waysOf(kept.unlock),
    }
  }

  /** Each journey's code comes when it is first walked. */
  const sharing = async () => (await import('./sharing.ts')).sharingOf(present())

  return {
    status,
    async newPhrase() {
      return createRecoveryPhrase()
    },
    async join({ invitation, first, phrase }) {
      const earlier = await deviceShelf.read()
      // Somebody's keys are here: a second person must not write over them.
      if (earlier && (earlier.pending !== invitation || !held)) throw hreError('conflict')
      if (!earlier) {
        const rootSeed = createRootSeed()
        options.onProgress({ step: 'keys' })
        const document = await createUnlockDocument(rootSeed, [first, { kind: 'phrase', phrase }])
        const { account } = openKeyring(rootSeed)
        // Before anything is sent: whatever breaks from here on, the keys are not lost.
        await deviceShelf.write({ unlock: document, account, pending: invitation, role: null, exchange: null })
        await hold(rootSeed)
      }
      await finish(present(), (await deviceShelf.read())!)
      return status()
    },
    async unlock(secret) {
      const kept = await deviceShelf.read()
      if (!kept) throw hreError('not-found')
      options.onProgress({ step: 'unlocking' })
      await finish(await hold(await unlock(kept.unlock, secret)), kept)
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
    async forget() {
      held?.seed.lock()
      await deviceShelf.clear()
      return status()
    },
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
    share: async (wish) => (await sharing()).share(wish),
    shares: async () => (await sharing()).shares(),
    endShare: async (reader) => (await sharing()).end(reader),
    visits: async () => (await sharing()).visits(),
    asks: async () => (await sharing()).asks(),
    ask: async (wish) => (await sharing()).ask(wish),
    patients: async () => (await sharing()).patients(),
    async fileNote(note) {
      const { actor } = present()
      const { name } = await accountNames(present())
      const { fileNote } = await import('./notes.ts')
      await fileNote(actor, note, name)
      return null
    },
  }
}

/** How the note names its author: as the organisation does. */
async function accountNames({ actor, company }: Present): Promise<{ name: string | null }> {
  const { role } = await accountOf(actor, actor.account)
  return role === 0 ? { name: null } : company.reader(actor.account as Hex)
}

const waysOf = ({ ways }: UnlockDocument): Pick<Status, 'ways' | 'credentials'> => ({
  ways: ways.map(({ kind }) => kind),
  credentials: ways.flatMap((way) => (way.kind === 'passkey' ? [way.credential as Hex] : [])),
})
