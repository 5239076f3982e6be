import { byId, element, showRows } from './element.js'

/** Organisation kinds by their number on chain (D5). */
const kinds = [
  'Organisation',
  'Hospital',
  'Laboratory',
  'Insurer',
  'Research institute',
  'Pharmacy',
  'Manufacturer',
  'Distributor',
  'Regulator',
]

export function showOrganisations(organisations, { organisation: own, name }) {
  showRows(
    byId('organisations'),
    organisations.map((row) => ({
      key: JSON.stringify([row, name]),
      make: () => rowOf(row, row.account === own ? name : undefined),
    })),
  )
}

function rowOf({ kind, country, endpoint }, ownName) {
  const what = `${kinds[kind] ?? kinds[0]} in ${countryOf(country)}`
  if (ownName) return element('li', {}, `${what}: `, element('strong', {}, ownName), ', this gateway')
  // An endpoint is what that organisation published: a link only when it leads to a web page.
  return isWeb(endpoint)
    ? element('li', {}, `${what}: `, element('a', { href: endpoint, rel: 'noreferrer' }, endpoint))
    : element('li', {}, what)
}

function countryOf(code) {
  try {
    return new Intl.DisplayNames(['en'], { type: 'region' }).of(code) ?? code
  } catch {
    return code
  }
}

const isWeb = (url) => URL.canParse(url ?? '') && ['http:', 'https:'].includes(new URL(url).protocol)

/** What an engineer or an auditor needs to check anything on this page. */
export function showAbout({ version, organisation, deployment }) {
  const facts = { version, account: organisation, ...deployment }
  const key = JSON.stringify(facts)
  const list = byId('about-list')
  if (list.dataset.key === key) return
  list.dataset.key = key
  const names = { chainId: 'chain id', block: 'first block' }
  list.replaceChildren(
    ...Object.entries(facts).flatMap(([name, value]) => [
      element('dt', {}, names[name] ?? name),
      element('dd', {}, String(value)),
    ]),
  )
}
