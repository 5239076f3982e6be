// Keeps the app's own files, and nothing else: answers of a gateway never pass through here.
const shelf = 'hre-app-v1'

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin || !url.pathname.startsWith('/app/'))
    return
  // Names under assets/ carry a hash of what they hold; everything else is asked for first.
  event.respondWith(url.pathname.startsWith('/app/assets/') ? keptFirst(request) : askedFirst(request))
})

async function keptFirst(request) {
  const cache = await caches.open(shelf)
  return (await cache.match(request)) ?? keep(cache, request, await fetch(request))
}

async function askedFirst(request) {
  const cache = await caches.open(shelf)
  try {
    return keep(cache, request, await fetch(request))
  } catch (error) {
    const kept = await cache.match(request)
    if (kept) return kept
    throw error
  }
}

async function keep(cache, request, response) {
  if (response.ok) await cache.put(request, response.clone())
  return response
}
