/** What the page needs of an OpenAPI 3.1 document. */
export interface ApiDescription {
  info: { title: string; version: string; summary: string; description: string }
  tags: { name: string }[]
  paths: Record<string, Record<string, OperationDescription>>
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, { description: string }> }
}

interface OperationDescription {
  operationId: string
  tags: string[]
  summary: string
  description: string
  security: Record<string, string[]>[]
  parameters: { name: string; in: string; required: boolean; description?: string; schema: Schema }[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; content?: Content }>
}

type Content = Record<string, { schema: Schema }>

interface Schema {
  $ref?: string
  description?: string
  type?: string
  const?: unknown
  enum?: unknown[]
  format?: string
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  default?: unknown
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

/** The API as a page to read: no script, no style of its own, every text escaped. */
export function apiPage(api: ApiDescription): string {
  const { info, tags, components } = api
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const groups = tags.map(({ name }) => ({
    name,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }))
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>API · Healthcare Records Exchange</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/page.css" />
    <link rel="stylesheet" href="/docs.css" />
  </head>
  <body class="api">
    <a class="skip" href="#main">Skip to the content</a>
    <header>
      <img src="/icon.svg" alt="" width="48" height="48" />
      <div>
        <p class="product">Healthcare Records Exchange</p>
        <h1>API of this gateway</h1>
      </div>
      <p class="quiet">Version ${escaped(info.version)}</p>
    </header>
    <main id="main" tabindex="-1">
      <section aria-labelledby="about-title">
        <h2 id="about-title">Before you begin</h2>
        <p>${escaped(info.summary)}. The same as OpenAPI 3.1: <a href="/openapi.json">/openapi.json</a>.</p>
        <ul class="plain">${sentences(info.description)
          .map((sentence) => `<li>${escaped(sentence)}</li>`)
          .join('')}</ul>
      </section>
      <nav aria-labelledby="routes-title">
        <h2 id="routes-title">Routes</h2>
        ${groups.map(contents).join('\n')}
      </nav>
      ${groups.map(({ name, operations: members }) => group(name, members)).join('\n')}
      <section aria-labelledby="words-title">
        <h2 id="words-title">Types</h2>
        <dl class="proof">${Object.entries(components.schemas)
          .map(
            ([name, schema]) =>
              `<dt id="type-${escaped(name)}">${escaped(name)}</dt><dd>${escaped(typeText(schema))}${note(schema.description)}</dd>`,
          )
          .join('')}</dl>
        <h3>Sessions</h3>
        <dl class="proof">${Object.entries(components.securitySchemes)
          .map(([name, { description }]) => `<dt>${escaped(name)}</dt><dd>${escaped(description)}</dd>`)
          .join('')}</dl>
      </section>
    </main>
    <footer><p><a href="/">What this gateway holds and did lately</a></p></footer>
  </body>
</html>
`
}

interface Placed {
  path: string
  method: string
  operation: OperationDescription
}

const contents = ({ name, operations }: { name: string; operations: Placed[] }): string =>
  `<h3>${escaped(name)}</h3><ul class="contents">${operations
    .map(
      ({ path, method, operation }) =>
        `<li><a href="#${escaped(operation.operationId)}"><code>${method} ${escaped(path)}</code></a></li>`,
    )
    .join('')}</ul>`

const group = (name: string, operations: Placed[]): string =>
  `<section aria-label="${escaped(name)}"><h2>${escaped(name)}</h2>${operations.map(article).join('\n')}</section>`

function article({ path, method, operation }: Placed): string {
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation
  const caller = security.length === 0 ? 'anybody' : Object.keys(security[0]!).join(', ')
  const rows = [
    ['Name', `<code>${escaped(operationId)}</code>`],
    ['Who', escaped(caller === 'anybody' ? 'Anybody' : `A session of an ${caller}`)],
    ['Limits', escaped(description)],
    ...parameters.map((parameter) => [
      `${parameter.name} (${parameter.in}${parameter.required ? '' : ', may be left out'})`,
      `<code>${escaped(typeText(parameter.schema))}</code>${note(parameter.description)}`,
    ]),
    ...(requestBody ? [['Body', contentText(requestBody.content)]] : []),
    ...Object.entries(responses)
      .filter(([status]) => Number(status) < 400)
      .map(([status, { content }]) => [`Answer ${status}`, content ? contentText(content) : 'No content']),
  ]
  return `<article id="${escaped(operationId)}">
  <h3><code>${method} ${escaped(path)}</code></h3>
  <p>${escaped(summary)}</p>
  <dl class="proof">${rows.map(([term, text]) => `<dt>${escaped(term!)}</dt><dd>${text}</dd>`).join('')}</dl>
  <details><summary>Problems of <code>${escaped(operationId)}</code></summary><dl class="proof">${Object.entries(
    responses,
  )
    .filter(([status]) => Number(status) >= 400)
    .map(([status, { content }]) => `<dt>${status}</dt><dd>${codesOf(content).map(escaped).join(', ')}</dd>`)
    .join('')}</dl></details>
</article>`
}

const contentText = (content: Content): string =>
  Object.entries(content)
    .map(([type, { schema }]) =>
      type === 'application/json' ? `<pre><code>${escaped(typeText(schema))}</code></pre>` : escaped(type),
    )
    .join('')

const codesOf = (content: Content | undefined): string[] =>
  Object.values(content ?? {}).flatMap(({ schema }) =>
    (schema.allOf ?? []).flatMap(({ properties }) => (properties?.['code']?.enum ?? []).map(String)),
  )

/** A schema in the notation that programmers read fastest; limits in words behind it. */
export function typeText(schema: Schema, indent = ''): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1)!
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) return alternatives.map((one) => typeText(one, indent)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.type === 'array') {
    const { minItems, maxItems, items = {} } = schema
    const range = [minItems && `at least ${minItems}`, maxItems && `at most ${maxItems}`].filter(Boolean)
    return `${typeText(items, indent)}[]${range.length > 0 ? ` (${range.join(', ')})` : ''}`
  }
  if (schema.properties) {
    const inner = `${indent}  `
    const lines = Object.entries(schema.properties).map(([name, property]) => {
      const mark = schema.required?.includes(name) ? '' : '?'
      return `${inner}${name}${mark}: ${typeText(property, inner)}`
    })
    return `{\n${lines.join('\n')}\n${indent}}`
  }
  if (typeof schema.additionalProperties === 'object')
    return `{ [name]: ${typeText(schema.additionalProperties, indent)} }`
  return scalarText(schema)
}

function scalarText({ type = 'anything', format, maxLength, minimum, maximum }: Schema): string {
  const bounds = [
    format,
    maxLength !== undefined && `at most ${maxLength} characters`,
    minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER && `from ${minimum}`,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `to ${maximum}`,
  ].filter(Boolean)
  return bounds.length > 0 ? `${type} (${bounds.join(', ')})` : type
}

const note = (description: string | undefined): string =>
  description ? ` <span class="note">${escaped(description)}</span>` : ''

const sentences = (text: string): string[] => text.split(/(?<=\.) (?=[A-Z])/)

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!)
