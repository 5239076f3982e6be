import {
  hreError,
  nameOf,
  recordKinds,
  type CompartmentView,
  type Leaf,
  type ProvenLeaf,
} from '@hre/protocol'
import { encodeAgeIdentity, openRecord } from '@hre/vault'
import type { Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { EpochKeys } from '../epoch-keys.ts'
import { inParallel } from '../parallel.ts'
import { compartmentIds } from './chart.ts'
import { listCompartments } from './consent-lists.ts'
import { listRecords, requestAccess } from './open-records.ts'

/** Where an export goes: a folder, an archive, a phone. */
export interface ExportTarget {
  /** Whether this sealed file is there already, whole: its SHA-256 is the content id. */
  has(name: string, contentId: Hex): Promise<boolean>
  /** All of the bytes or none of them. */
  write(name: string, bytes: Uint8Array): Promise<void>
}

/** One line of `index.json`. */
interface IndexedRecord {
  file: string
  part: string
  epoch: number
  record: Hex
  contentId: Hex
  commitment: Hex
  kind: string
  sensitivity: number
  author: Hex
  batch: ProvenLeaf['batch']
  proof: readonly Hex[]
}

/** A receipt releases files for five minutes: few enough to be fetched within them. */
const recordsPerAccess = 64
const fetchesAtOnce = 8

/**
 * Everything of the actor's own chart, to take along: each record as the age file that it is, the keys, an index and
 * how to read them without us. Each file is checked as if it were opened. Called again after a failure it fetches what is missing.
 *
 * @returns how many records; `fetched` of them now.
 * @throws HreError `not-found` without a chart; VaultError when a file is not what its author recorded; what the target throws.
 */
export async function exportChart(
  actor: Actor,
  target: ExportTarget,
  options: { onProgress?: (done: number, of: number) => void } = {},
): Promise<{ records: number; fetched: number }> {
  const { account: patient } = actor
  const keys = new EpochKeys(actor)
  const compartments = await listCompartments(actor, patient)
  const records = await listRecords(actor, { patient, purpose: 'PATRQT' })
  const missing: ProvenLeaf[] = []
  for (const item of records)
    if (!(await target.has(fileOf(item.leaf), item.leaf.content))) missing.push(item)
  let done = records.length - missing.length
  for (let start = 0; start < missing.length; start += recordsPerAccess) {
    const group = missing.slice(start, start + recordsPerAccess)
    const { receipt } = await requestAccess(actor, {
      patient,
      purpose: 'PATRQT',
      records: group.map(({ leaf }) => leaf.record),
    })
    await inParallel(group, fetchesAtOnce, async ({ leaf }) => {
      const sealed = await actor.session.call('getBlob', {
        params: { contentId: leaf.content },
        query: { receipt: receipt.index },
      })
      const seed = await keys.of(leaf)
      await openRecord({ sealed, seed, contentId: leaf.content, commitment: leaf.commitment })
      await target.write(fileOf(leaf), sealed)
      options.onProgress?.(++done, records.length)
    })
  }
  const names = partNamesOf(actor)
  await target.write('identity.txt', utf8(await identities(actor, compartments, keys, names)))
  const index = {
    format: 'hre-export-v1',
    patient,
    deployment: actor.deployment,
    records: records.map((item) => indexed(item, names)),
  }
  await target.write('README.txt', utf8(readme))
  // Last: who finds it has everything that it names.
  await target.write('index.json', utf8(`${JSON.stringify(index, null, 2)}\n`))
  return { records: records.length, fetched: missing.length }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const fileOf = ({ record }: Leaf): string => `records/${record.slice(2)}.age`

const partNamesOf = (actor: Actor): Map<Hex, string> =>
  new Map(Object.entries(compartmentIds(actor)).map(([name, id]) => [id, name]))

function indexed({ leaf, batch, proof }: ProvenLeaf, names: Map<Hex, string>): IndexedRecord {
  const { compartment, epoch, record, content, commitment, kind, sensitivity, author } = leaf
  return {
    file: fileOf(leaf),
    part: names.get(compartment) ?? compartment,
    epoch,
    record,
    contentId: content,
    commitment,
    kind: nameOf(recordKinds, kind),
    sensitivity,
    author,
    batch,
    proof,
  }
}

/** The key of every epoch as age reads it: whoever has this file reads the whole chart. */
async function identities(
  { account: patient }: Actor,
  compartments: readonly CompartmentView[],
  keys: EpochKeys,
  names: Map<Hex, string>,
): Promise<string> {
  const lines: string[] = []
  for (const { compartment, epochs } of compartments) {
    for (const { epoch } of epochs) {
      const key = await keys.of({ patient, compartment, epoch })
      lines.push(`# ${names.get(compartment) ?? compartment}, epoch ${epoch}`, encodeAgeIdentity(key))
    }
  }
  if (lines.length === 0) throw hreError('not-found')
  return `${lines.join('\n')}\n`
}

const readme = `This folder is your medical record as the exchange keeps it.

records/      one sealed file for each record (age format, post-quantum)
identity.txt  the keys that open them. Whoever has this file can read everything here: keep it apart from
              the records, or on a medium that you lock away
index.json    what each file is, and the proof that it was recorded

Open one record with age (https://age-encryption.org, version 1.3 or later):

  age -d -i identity.txt records/FILE.age | tail -n +2

The first line, which tail leaves out, has the media type and the salt of the author's commitment.
List the files of one part, for example the laboratory, with jq:

  jq -r '.records[] | select(.part == "labs") | .file' index.json

Check that a file is unaltered: its SHA-256 is "contentId" in index.json.

  sha256sum records/FILE.age
`
