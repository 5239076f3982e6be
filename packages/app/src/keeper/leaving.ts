import { deleteAccount, exportChart } from '@hre/sdk'
import { hreError } from '@hre/protocol'
import { unlock } from '@hre/vault'
import type { Keeper } from './api.ts'
import type { Room } from './keeper.ts'
import { deviceShelf } from './shelf.ts'
import { ZipArchive } from './zip.ts'

/** Taking everything along, and closing the account. */
export function leavingOf(room: Room): Pick<Keeper, 'exportAll' | 'closeAccount'> {
  const { actor, company } = room.present()
  return {
    async exportAll() {
      const archive = new ZipArchive()
      const target = {
        has: async () => false,
        write: async (name: string, bytes: Uint8Array) => archive.add(name, bytes),
      }
      const { records } = await exportChart(actor, target, {
        onProgress: (done, of) => room.onProgress({ step: 'exporting', done, of }),
      })
      return { records, archive: archive.end() }
    },
    async closeAccount(secret) {
      const kept = await deviceShelf.read()
      if (!kept) throw hreError('unauthenticated')
      // Whoever finds the device open cannot do this.
      const seed = await unlock(kept.unlock, secret)
      seed.fill(0)
      room.onProgress({ step: 'closing' })
      const { erased, unreachable } = await deleteAccount(actor)
      const away = (await company.organisations()).filter(({ account }) => unreachable.includes(account))
      // With somebody not told, the keys are needed once more.
      if (unreachable.length === 0) await room.forget()
      return { erased, unreachable: away }
    },
  }
}
