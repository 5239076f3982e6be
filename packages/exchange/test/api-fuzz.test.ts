import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  accessRequestTypedData,
  commitBatchCall,
  routes,
  type AccessRequest,
  type ApiDocument,
  type SignedOperation,
} from '@hre/protocol'
import type { Actor } from '@hre/sdk'
import fc from 'fast-check'
import type { z } from 'zod'
import {
  answerSchemaOf,
  invalidCalls,
  operationsOf,
  textOf,
  validCalls,
  type Call,
  type Known,
  type Placed,
} from './api-calls.ts'
import { fileSome, inSeconds, signed, startWorld, tokenOf, type World } from './world.ts'

/** Ids have one spelling when they are signed. */
const lowerCase = (request: AccessRequest): AccessRequest =>
  JSON.parse(JSON.stringify(request).replace(/0x[0-9a-fA-F]+/g, (id) => id.toLowerCase())) as AccessRequest

/** Say HRE_FUZZ_SEED to see a run again, HRE_FUZZ_RUNS for more of them. */
const seed = Number(process.env['HRE_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const runs = Number(process.env['HRE_FUZZ_RUNS'] ?? 25)

/**
 * Calls to every route of a running gateway, made from its own OpenAPI document: no answer may be a failure of the
 * gateway or differ from the document.
 */
describe(`[G30] the API by its own description (HRE_FUZZ_SEED=${seed})`, () => {
  let world: World
  let doctor: Actor
  let patient: Actor
  let api: ApiDocument
  let known: Known
  let tokens: Record<'nobody' | 'doctor' | 'patient' | 'organisation', string | undefined>
  const schemas = new Map<string, { type: string | undefined; schema: z.ZodType } | undefined>()

  before(async () => {
    world = await startWorld({ anonymousPerMinute: 1_000_000, accountPerMinute: 1_000_000 })
    doctor = await world.newMember(world.city, 'doctor')
    patient = await world.newPatient()
    const { batch, leaves } = await fileSome(doctor, patient)
    api = (await (await fetch(`${world.city.gateway.url}/openapi.json`)).json()) as ApiDocument
    known = {
      Address: [doctor, patient, world.city.actor, world.lakeside.actor].map(({ account }) => account),
      Bytes32: [
        batch,
        ...leaves.flatMap(({ record, content, compartment }) => [record, content, compartment]),
      ],
    }
    tokens = {
      nobody: undefined,
      doctor: await tokenOf(world.city, doctor),
      patient: await tokenOf(world.city, patient),
      organisation: await tokenOf(world.city, world.lakeside.actor),
    }
  })
  after(() => world.stop())

  async function assertDocumented(placed: Placed, call: Call, token: string | undefined): Promise<void> {
    const { operation } = placed
    const { status, type, text } = await send(placed, call, token)
    const what = `${placed.method} ${placed.path}: ${status} ${text.slice(0, 300)}`
    assert.ok(status < 500, what)
    const key = `${operation.operationId} ${status}`
    if (!schemas.has(key)) schemas.set(key, answerSchemaOf(api, operation, status))
    const expected = schemas.get(key)
    assert.ok(expected, `not documented: ${what}`)
    assert.equal(type, expected.type, what)
    if (!type?.endsWith('json')) return
    const parsed = expected.schema.safeParse(JSON.parse(text))
    assert.ok(parsed.success, `${what}\n${JSON.stringify(parsed.error?.issues)}`)
  }

  async function send({ method, path, operation }: Placed, call: Call, token: string | undefined) {
    const at = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(wellFormed(call.path[name])),
    )
    const query = new URLSearchParams(
      Object.entries(call.query)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, wellFormed(value)]),
    )
    const isBytes = call.body instanceof Uint8Array
    const response = await fetch(`${world.city.gateway.url}${at}?${query.toString()}`, {
      method,
      headers: {
        ...(operation.requestBody
          ? { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }
          : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(operation.requestBody
        ? { body: isBytes ? (call.body as Uint8Array<ArrayBuffer>) : (JSON.stringify(call.body) ?? '') }
        : {}),
    })
    const type = response.headers.get('content-type')?.split(';')[0]
    return { status: response.status, type, text: await textOf(response) }
  }

  /** As text in a URL; one that cannot be there at all is left out. */
  const wellFormed = (value: unknown): string =>
    (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed().slice(0, 2000) || 'x'

  // By the routes and not the document, which is there only once the gateway runs; another test compares the two.
  for (const name of Object.keys(routes)) {
    const placed = () => operationsOf(api).find(({ operation }) => operation.operationId === name)!
    const callers = ['nobody', 'doctor', 'patient', 'organisation'] as const

    test(`${name}: calls as documented, without a session, as a member, a patient and an organisation`, () =>
      fc.assert(
        fc.asyncProperty(validCalls(api, placed(), known), fc.constantFrom(...callers), (call, caller) =>
          assertDocumented(placed(), call, tokens[caller]),
        ),
        { seed, numRuns: runs, includeErrorInReport: true },
      ))

    test(`${name}: one place holds what does not belong there`, () =>
      fc.assert(
        fc.asyncProperty(invalidCalls(api, placed(), known), fc.constantFrom(...callers), (call, caller) =>
          assertDocumented(placed(), call, tokens[caller]),
        ),
        { seed, numRuns: runs, includeErrorInReport: true },
      ))
  }

  test('access requests that are signed as they should be, whatever they ask for', () => {
    const placed = operationsOf(api).find(({ operation }) => operation.operationId === 'requestAccess')!
    return fc.assert(
      fc.asyncProperty(validCalls(api, placed, known), async (call) => {
        const request = {
          ...lowerCase((call.body as { request: AccessRequest }).request),
          reader: doctor.account,
          organisation: world.city.actor.account,
          issuedAt: inSeconds(0),
        }
        const signature = await doctor.identity.sign(accessRequestTypedData(world.deployment, request))
        await assertDocumented(placed, { ...call, body: { request, signature } }, tokens.doctor)
      }),
      { seed, numRuns: runs * 2, includeErrorInReport: true },
    )
  })

  test('operations that are signed as they should be, with any call to any contract', () => {
    const placed = operationsOf(api).find(({ operation }) => operation.operationId === 'submitOperations')!
    const { chainId: _chainId, block: _block, verifiers: _verifiers, ...contracts } = world.deployment
    const selector = commitBatchCall(
      world.deployment,
      known.Bytes32[0] as `0x${string}`,
      1,
      `0x${'1'.repeat(64)}`,
    )
    return fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(contracts)),
        fc.oneof(fc.constant(selector.data), fc.constant('0x' as const)),
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 21_000, max: 8_000_000 }),
        async (target, start, more, gasLimit) => {
          const data = `${start}${Buffer.from(more).toString('hex')}` as const
          const operation: SignedOperation = await signed(doctor, { target, data, gasLimit })
          await assertDocumented(
            placed,
            { path: {}, query: {}, body: { operations: [operation] } },
            undefined,
          )
        },
      ),
      { seed, numRuns: runs * 2, includeErrorInReport: true },
    )
  })
})
