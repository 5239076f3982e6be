import { readdir } from 'node:fs/promises'
import { organisations, type OrganisationId } from '@hre/testkit'
import { readIfThere } from '../files.ts'
import { openKey, personFiles } from '../keys.ts'
import type { Layout } from '../layout.ts'
import { ok, problem, type Finding } from './finding.ts'

/** Opening one takes a good part of a second on purpose (Argon2id), so a folder of thousands is sampled. */
const openedMax = 20

interface KeyFiles {
  key: string
  password: string
}

/** Does every key open with the password beside it? */
export async function* checkKeys(layout: Layout): AsyncGenerator<Finding> {
  const names = (await readdir(layout.people).catch((): string[] => []))
    .filter((name) => name.endsWith('.key.json'))
    .map((name) => name.replace('.key.json', ''))
  const ofPeople = names.map((name) => personFiles(layout.people, name))
  const ofOrganisations = (Object.keys(organisations) as OrganisationId[]).map((id) => layout.gateway(id))
  const all: KeyFiles[] = [...ofOrganisations, ...ofPeople]
  let opened = 0
  let failures = 0
  for (const files of all.slice(0, openedMax)) {
    const failure = await failureOf(files)
    if (failure === 'missing') continue
    if (failure) {
      failures++
      yield failure
    } else opened++
  }
  if (failures > 0) return
  const sampled = all.length > openedMax ? ` (the first of ${all.length})` : ''
  yield ok(
    'keys',
    opened === 0 ? 'There are no keys yet' : `${opened} keys open with their passwords${sampled}`,
  )
}

/** Undefined when the key opens; `missing` when there is none yet. */
async function failureOf({ key, password }: KeyFiles): Promise<Finding | 'missing' | undefined> {
  const check = 'keys'
  const json = await readIfThere(key).catch(() => '')
  if (json === undefined) return 'missing'
  const secret = await readIfThere(password).catch(() => undefined)
  if (secret === undefined)
    return problem(
      check,
      `The password of ${key} is missing`,
      `Put ${password} back from a backup; nothing else opens the key`,
    )
  try {
    // Straight into nothing: what is opened here is not kept.
    await openKey(json, secret.trimEnd(), key)
    return undefined
  } catch (error) {
    const wrong = (error as { code?: string }).code === 'keystore-not-opened'
    return problem(
      check,
      wrong ? `${key} does not open with its password` : `${key} is damaged`,
      wrong ? `Restore ${key} and ${password} together` : `Restore ${key} from a backup`,
    )
  }
}
