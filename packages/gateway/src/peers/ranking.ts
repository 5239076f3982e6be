import { createHash } from 'node:crypto'
import type { Address, Hex } from 'viem'

/** Gateways that are asked for a copy beside the one that committed a record, when a reader's gateway asks (P6). */
export const copyHoldersAsked = 2

/**
 * Organisations in the order in which they come to hold a copy of a file: another one for each file, the same for whoever asks (rendezvous
 * hashing). So whoever looks for a copy knows where to, without a list that somebody keeps.
 */
export const ranked = (content: Hex, organisations: readonly Address[]): Address[] =>
  organisations
    .map((organisation) => ({
      organisation,
      weight: createHash('sha256').update(`${content} ${organisation}`).digest('hex'),
    }))
    .toSorted((a, b) => (a.weight < b.weight ? -1 : 1))
    .map(({ organisation }) => organisation)
