import { fileURLToPath } from 'node:url'

export { apiPage, type ApiDescription } from './api-page.ts'

/** One file of the page: where a gateway serves it, and as what. */
export interface Page {
  path: string
  type: string
  file: string
}

const page = (path: string, name: string, type: string): Page => ({
  path,
  type: `${type}; charset=utf-8`,
  file: fileURLToPath(new URL(`./page/${name}`, import.meta.url)),
})

const modules = ['page', 'activity', 'announce', 'element', 'figures', 'organisations', 'story', 'trouble']

/** What a gateway serves to a browser. */
export const pages: readonly Page[] = [
  page('/', 'index.html', 'text/html'),
  page('/page.css', 'page.css', 'text/css'),
  page('/docs.css', 'docs.css', 'text/css'),
  page('/icon.svg', 'icon.svg', 'image/svg+xml'),
  ...modules.map((name) => page(`/${name}.js`, `${name}.js`, 'text/javascript')),
]
