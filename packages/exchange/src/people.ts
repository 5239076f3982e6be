import {
  addMember,
  agreeToRegistration,
  connect,
  openChart,
  register,
  registerPatient,
  voteAdmission,
  type Actor,
} from '@hre/sdk'
import { people, type OrganisationId, type PersonId } from '@hre/testkit'
import { ExchangeError } from './errors.ts'
import { country, organisationSeed, type Progress, type RunningExchange } from './exchange.ts'
import { openOrCreateKey, openPersonKeys, personFiles } from './keys.ts'
import type { Layout } from './layout.ts'

const yearSeconds = 365 * 24 * 60 * 60
/** Members of the demonstration; each organisation's administrator first, since they bring in the others. */
const members = [
  'admin-city',
  'admin-lakeside',
  'dr-mehta',
  'dr-osei',
  'lina',
  'ravi',
] as const satisfies readonly PersonId[]

/** An organisation at its own gateway, by its key agent's file. */
export async function connectOrganisation(exchange: RunningExchange, id: OrganisationId): Promise<Actor> {
  return connect({
    gatewayUrl: exchange.gateways[id].url,
    rootSeed: await organisationSeed(exchange.layout, id),
  })
}

/** A person of the demonstration at the gateway they use, by the sealed key in the data folder. */
export async function connectPerson(
  exchange: Pick<RunningExchange, 'gateways' | 'people'> & { layout: Layout },
  id: string,
): Promise<Actor> {
  const person = exchange.people[id]
  if (!person) throw new ExchangeError('person-unknown', { name: id })
  const keys = await openPersonKeys(exchange.layout, id)
  return connect({ gatewayUrl: exchange.gateways[person.organisation].url, ...keys })
}

/**
 * Brings in the second hospital and everybody of the demonstration, each by the way that real people come in. Those who are there already
 * are left alone, so an interrupted first start goes on where it stopped.
 */
export async function admitPeople(exchange: RunningExchange, progress: Progress): Promise<void> {
  const city = await connectOrganisation(exchange, 'city-hospital')
  const lakeside = await connectOrganisation(exchange, 'lakeside-clinic')
  const organisationActors = { 'city-hospital': city, 'lakeside-clinic': lakeside }
  progress('City Hospital votes to admit Lakeside Clinic')
  await unlessDone('directory-already-admitted', () =>
    voteAdmission(city, { organisation: lakeside.account, kind: 'hospital', country }),
  )
  await unlessDone('directory-already-registered', () => register(lakeside))
  for (const id of members) {
    const person = people[id]
    progress(`${person.name} joins as ${person.role}`)
    const { organisation, role } = person
    const administrator =
      role === 'administrator'
        ? organisationActors[organisation]
        : await connectPerson(exchange, organisation === 'city-hospital' ? 'admin-city' : 'admin-lakeside')
    const actor = await newPerson(exchange, id, person.name, role, organisation)
    await unlessDone('directory-already-member', () => addMember(administrator, actor.account, role))
    await unlessDone('directory-already-registered', () => register(actor))
  }
}

/**
 * A patient at the front desk: the hospital checks who they are and registers them as they agree, they open their chart and
 * let the hospital file in it.
 *
 * @param id - name of the key file; nothing personal.
 */
export async function admitPatient(exchange: RunningExchange, id: string, name: string): Promise<Actor> {
  const patient = await newPerson(exchange, id, name, 'patient', 'city-hospital')
  const frontDesk = await connectPerson(exchange, 'admin-city')
  const agreement = await agreeToRegistration(patient, exchange.gateways['city-hospital'].account)
  await unlessDone('directory-already-attested', () => registerPatient(frontDesk, agreement, `demo ${id}`))
  await unlessDone('consent-compartment-exists', () =>
    openChart(patient, {
      writer: exchange.gateways['city-hospital'].account,
      until: Math.floor(Date.now() / 1000) + yearSeconds,
    }),
  )
  return patient
}

async function newPerson(
  exchange: RunningExchange,
  id: string,
  name: string,
  role: string,
  organisation: OrganisationId,
): Promise<Actor> {
  const files = personFiles(exchange.layout.people, id)
  const rootSeed = await openOrCreateKey(files.key, files.password)
  const actor = await connect({ gatewayUrl: exchange.gateways[organisation].url, rootSeed })
  exchange.people[id] = { name, account: actor.account, role, organisation }
  await exchange.save()
  return actor
}

async function unlessDone<T>(code: string, act: () => Promise<T>): Promise<T | undefined> {
  return act().catch((error: unknown) => {
    if ((error as { code?: string }).code === code) return undefined
    throw error
  })
}
