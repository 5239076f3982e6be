import { fileURLToPath } from 'node:url'

const at = (name: string) => fileURLToPath(new URL(`./page/${name}`, import.meta.url))

/** What a gateway serves to a browser. */
export const pages: readonly { path: string; type: string; file: string }[] = [
  { path: '/', type: 'text/html; charset=utf-8', file: at('index.html') },
  { path: '/page.js', type: 'text/javascript; charset=utf-8', file: at('page.js') },
  { path: '/page.css', type: 'text/css; charset=utf-8', file: at('page.css') },
  { path: '/icon.svg', type: 'image/svg+xml', file: at('icon.svg') },
]
