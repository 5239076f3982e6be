import { addressSchema, deploymentSchema } from '@hre/protocol'
import { configSchema } from '@hre/gateway'
import { organisations, type OrganisationId } from '@hre/testkit'
import type { ExchangeFile } from '../exchange.ts'
import { readIfThere } from '../files.ts'
import type { Layout } from '../layout.ts'
import { ok, problem, type Finding } from './finding.ts'

const organisationIds = Object.keys(organisations) as OrganisationId[]

/** `exchange.json` and each `gateway.json`: readable, and of the form that is needed. */
export async function* readExchange(layout: Layout): AsyncGenerator<Finding, ExchangeFile | undefined> {
  for (const id of organisationIds) yield await checkConfig(layout, id)
  const text = await readIfThere(layout.exchange).catch(() => '')
  if (text === undefined) {
    yield ok('exchange file', 'No exchange was started on this folder yet')
    return undefined
  }
  const file = parse(text) as ExchangeFile | undefined
  if (file && isExchange(file)) {
    yield ok('exchange file', `The exchange has ${Object.keys(file.people ?? {}).length} accounts of people`)
    return file
  }
  yield problem(
    'exchange file',
    `${layout.exchange} is damaged`,
    'Restore it from a backup; the keys in the folder are not in it',
  )
  return undefined
}

async function checkConfig(layout: Layout, id: OrganisationId): Promise<Finding> {
  const { config } = layout.gateway(id)
  const check = `configuration of ${organisations[id].name}`
  const text = await readIfThere(config).catch(() => '')
  if (text === undefined) return ok(check, 'None yet; a start writes it')
  const parsed = configSchema.safeParse(parse(text))
  if (parsed.success) return ok(check, `${config} is as it should be`)
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'file'))].slice(0, 5)
  return problem(check, `${config} is damaged (${fields.join(', ')})`, 'The next start writes it anew')
}

function isExchange({ rpcUrl, deployment, gateways }: ExchangeFile): boolean {
  return (
    URL.canParse(rpcUrl) &&
    deploymentSchema.safeParse(deployment).success &&
    organisationIds.every(
      (id) => URL.canParse(gateways?.[id]?.url) && addressSchema.safeParse(gateways[id].account).success,
    )
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
