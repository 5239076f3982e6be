import { expectedOf, registered, roles, whoMay } from './table.ts'
import type { Role, Row } from './table.ts'

const intro = `<!-- Generated from packages/contracts/test/authority/table.ts by \`HRE_UPDATE=1 node --test packages/contracts/test/authority.test.ts\`; do not edit. -->

# Who may do what

Every function that changes state, and what each role gets: it is done, or refused with this error. Called by the role's own wallet, with
arguments that only the one who calls can make wrong. \`test/authority.test.ts\` tries each cell on a chain, and that no function is missing.

Roles: ${roles.join(', ')}. The organisation, its administrator and its clinician belong together; the patient is the one that the call is about.
`

function listOf(names: readonly Role[]): string {
  if (names.length === 0) return 'nobody'
  if (names.length === roles.length) return 'anybody'
  return names === registered ? 'every registered account' : names.join(', ')
}

/** Refusals with who gets them, the most frequent first. */
function refusals(row: Row): string {
  const byError = Map.groupBy(
    roles.filter((role) => !row.may.includes(role)),
    (role) => expectedOf(row, role),
  )
  const sorted = [...byError].sort(([, a], [, b]) => b.length - a.length)
  return sorted
    .map(([error, who], index) => (index === 0 ? `\`${error}\`` : `\`${error}\` for ${who.join(', ')}`))
    .join('; ')
}

/** The table as Markdown, a section for each contract. */
export function renderDocument(): string {
  const contracts = Map.groupBy(Object.entries(whoMay), ([name]) => name.split('.')[0]!)
  const sections = [...contracts].map(([contract, rows]) => {
    const lines = rows.map(([name, row]) => {
      const paused = row.paused === 'done' ? '' : `\`${row.paused}\``
      return `| \`${name.split('.')[1]}\` | ${listOf(row.may)} | ${refusals(row)} | ${paused} |`
    })
    return `\n## ${contract}\n\n| function | done for | refused to the others | while paused |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`
  })
  return `${intro}${sections.join('')}`
}
