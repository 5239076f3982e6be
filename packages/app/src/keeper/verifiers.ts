import { verifierOfWay, type UnlockDocument } from '@hre/vault'
import type { Hex, Secret } from './api.ts'
import type { Pending } from './shelf.ts'

/** What a gateway will try ways by (K10). @param secrets - of the document's ways, in their order. */
export async function verifiersOf(
  account: Hex,
  { ways }: UnlockDocument,
  secrets: readonly Secret[],
): Promise<Pending['verifiers']> {
  const verifiers: Pending['verifiers'] = []
  for (const [place, way] of ways.entries())
    if (way.kind !== 'guardians')
      verifiers.push({
        way: way.id as Hex,
        verifier: (await verifierOfWay(account, way, secrets[place]!)) as Hex,
      })
  return verifiers
}
