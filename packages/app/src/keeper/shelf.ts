import type { Deployment } from '@hre/protocol'
import type { RecoveryRequest, Succession, UnlockDocument, WayVerifier } from '@hre/vault'
import type { Address } from 'viem'
import type { Hex, WalletChoice } from './api.ts'

/** What this device keeps: nothing that opens without one of the person's ways. */
export interface Kept {
  unlock: UnlockDocument
  /** What the root seed took over, for somebody whose guardians recovered them (K9). */
  succession: Succession | null
  account: Hex
  /** Set until everything at the front desk is done. */
  pending: Pending | null
  role: number | null
  /** Whose gateway this is and what it works on, for when there is no connection. */
  exchange: { deployment: Deployment; organisation: Address } | null
  /** What signs in the place of the keyring's own key, where something does. */
  wallet?: WalletChoice | null
}

/** What is left of coming in: the link's secret, and what the gateway will try ways by (K10). */
export interface Pending {
  invitation: Hex
  verifiers: WayVerifier[]
}

/** A recovery that this device asked guardians for: the fresh keys, sealed by their new ways, wait here. */
export interface KeptRecovery {
  request: RecoveryRequest
  unlock: UnlockDocument
  verifiers: WayVerifier[]
}

/** Where this device keeps its copy of the sealed keystore. */
export interface Shelf {
  read(): Promise<Kept | undefined>
  write(kept: Kept): Promise<void>
  readRecovery(): Promise<KeptRecovery | undefined>
  writeRecovery(recovery: KeptRecovery): Promise<void>
  /** In the place of the recovery, in one step. */
  replaceRecovery(kept: Kept): Promise<void>
  clear(): Promise<void>
}

const stores = ['keystore', 'charts'] as const
type Store = (typeof stores)[number]

function open(): Promise<IDBDatabase> {
  return settled(
    Object.assign(indexedDB.open('hre', 1), {
      onupgradeneeded(this: IDBOpenDBRequest) {
        for (const name of stores) this.result.createObjectStore(name)
      },
    }),
  )
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the device refused'))
  })
}

async function within<T>(
  store: Store,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
) {
  const database = await open()
  try {
    return await settled(work(database.transaction(store, mode).objectStore(store)))
  } finally {
    database.close()
  }
}

export const deviceShelf: Shelf = {
  read: () => within('keystore', 'readonly', (store) => store.get('own') as IDBRequest<Kept | undefined>),
  async write(kept) {
    await within('keystore', 'readwrite', (store) => store.put(kept, 'own'))
  },
  readRecovery: () =>
    within('keystore', 'readonly', (store) => store.get('recovery') as IDBRequest<KeptRecovery | undefined>),
  async writeRecovery(recovery) {
    await within('keystore', 'readwrite', (store) => store.put(recovery, 'recovery'))
  },
  async replaceRecovery(kept) {
    // One transaction: nobody is left with both, or with neither.
    await within('keystore', 'readwrite', (store) => {
      store.put(kept, 'own')
      return store.delete('recovery')
    })
  },
  async clear() {
    await within('keystore', 'readwrite', (store) => store.clear())
    await within('charts', 'readwrite', (store) => store.clear())
  },
}

/**
 * Charts that were opened on this device, by patient, and what a person at work left unfinished; sealed to their reader.
 */
export const sealedCharts = {
  read: (name: string) =>
    within('charts', 'readonly', (store) => store.get(name) as IDBRequest<Uint8Array | undefined>),
  async write(name: string, sealed: Uint8Array) {
    await within('charts', 'readwrite', (store) => store.put(sealed, name))
  },
  async remove(name: string) {
    await within('charts', 'readwrite', (store) => store.delete(name))
  },
}
