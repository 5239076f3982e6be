import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorTable, openApiDocument, routes, type Route } from '@hre/protocol'
import { Validator } from '@seriousme/openapi-schema-validator'

const api = openApiDocument({ version: '1.0.0', anonymousPerMinute: 600, accountPerMinute: 20_000 })
const operations = Object.values(api.paths).flatMap((methods) => Object.entries(methods))

test('[G30] the document keeps to the schema of OpenAPI 3.1, and no reference leads nowhere', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(api) as never)
  assert.ok(valid, JSON.stringify(errors, null, 2))
  assert.equal(validator.version, '3.1')
  const references = [...JSON.stringify(api).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  assert.ok(references.length > 0)
  for (const [, name] of references) assert.ok(name! in api.components.schemas, name)
})

test('[G30] the schema notices a document that is wrong', async () => {
  const wrong = { ...structuredClone(api), paths: { '/x': { get: { responses: 7 } } } }
  assert.equal((await new Validator().validate(wrong as never)).valid, false)
})

test('[G30] every route is in it, with its parameters, its body, its session and its codes', () => {
  assert.deepEqual(operations.map(([, { operationId }]) => operationId).sort(), Object.keys(routes).sort())
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    const operation = api.paths[path]?.[route.method.toLowerCase()]
    assert.ok(operation, `${route.method} ${path}`)
    assert.equal(operation.operationId, name)
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map((p) => p.name)
    assert.deepEqual(inPath.sort(), [...path.matchAll(/\{(\w+)\}/g)].map(([, word]) => word).sort())
    assert.equal(operation.requestBody !== undefined, route.body !== undefined, name)
    assert.equal(operation.security.length > 0, route.auth !== 'none', name)
    for (const code of route.errors)
      assert.ok(
        JSON.stringify(operation.responses[errorTable[code].status]).includes(`"${code}"`),
        `${name}: ${code}`,
      )
    assert.match(operation.description, /requests a minute/)
    assert.ok(operation.responses[429]?.headers?.['Retry-After'], name)
    if (route.body) assert.match(operation.requestBody!.description, /At most \d+/)
  }
})

test('[G30] a code of the contracts is among those of the routes that try an operation first', () => {
  const answers = JSON.stringify(api.paths['/v1/operations']!['post']!.responses)
  assert.match(answers, /"consent-compartment-exists"/)
  assert.doesNotMatch(JSON.stringify(api.paths['/v1/status']), /"consent-compartment-exists"/)
})
