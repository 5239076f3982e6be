import { hreError } from '@hre/protocol'
import { admitWard, sealWard, settleWard, type NewWard } from '@hre/sdk'
import { createRecoveryPhrase, createRootSeed } from '@hre/vault'
import { bytesToHex, hexToBytes } from 'viem'
import type { Hex, Keeper } from './api.ts'
import { changeKept } from './change.ts'
import type { Room } from './keeper.ts'

/** A ward whose keys are made and who is not everywhere yet; sealed to this person, so that nothing is lost from then on. */
interface Pending extends Omit<NewWard, 'rootSeed'> {
  rootSeed: Hex
  /** Set once something was sent. */
  begun: { invitation: Hex; name: string } | null
}

const pendingName = 'ward'
/** Of whom this device knows whether this person made their keys. */
const knownName = 'wards'

/** Bringing in a child, or somebody who has no device, with keys of their own that are made here (K13). */
export function wardsOf(room: Room): Pick<Keeper, 'prepareWard' | 'pendingWard' | 'joinWard'> {
  const { actor, acquaintances, notes } = room.present()
  return {
    async prepareWard() {
      // Somebody who is half way in must not be written over.
      if ((await notes.read<Pending>(pendingName))?.begun) throw hreError('conflict')
      const phrase = createRecoveryPhrase()
      const { rootSeed, ...ward } = await sealWard(actor, createRootSeed(), phrase)
      await notes.write(pendingName, {
        ...ward,
        rootSeed: bytesToHex(rootSeed),
        begun: null,
      } satisfies Pending)
      return { phrase, code: `hre:${ward.account}` }
    },
    async pendingWard() {
      return (await notes.read<Pending>(pendingName))?.begun ?? null
    },
    async joinWard({ invitation, name }) {
      const pending = await notes.read<Pending>(pendingName)
      if (!pending || (pending.begun && pending.begun.invitation !== invitation)) throw hreError('conflict')
      await notes.write(pendingName, { ...pending, begun: { invitation, name } } satisfies Pending)
      const ward = { ...pending, rootSeed: hexToBytes(pending.rootSeed) }
      const onStep = (step: string) => room.onProgress({ step })
      await admitWard(actor, { gatewayUrl: room.gatewayUrl, ward, invitation, onStep })
      await acquaintances.remember(pending.account as Hex, name)
      await know(room, pending.account as Hex, true)
      await notes.remove(pendingName)
      return pending.account as Hex
    },
  }
}

/**
 * Changes a ward's keys where they are to be changed; nothing for those whose keys this person did not make. On a new device that is
 * found out once: each try counts against the ten that an account has.
 */
export async function settleIfWard(room: Room, patient: Hex): Promise<void> {
  const { actor, notes } = room.present()
  const known = await notes.read<Record<Hex, boolean>>(knownName)
  if (known?.[patient] === false) return
  try {
    await settleWard(actor, { gatewayUrl: room.gatewayUrl, ward: patient })
    await know(room, patient, true)
  } catch (error) {
    const isOther = (error as { code?: string }).code === 'not-found'
    if (isOther) await know(room, patient, false)
    // The next time: everybody is refused already whom the patient's delegate refused.
  }
}

async function know(room: Room, patient: Hex, isWard: boolean): Promise<void> {
  await changeKept<Record<Hex, boolean>>(room.present().notes, knownName, (known) => ({
    ...known,
    [patient]: isWard,
  }))
}
