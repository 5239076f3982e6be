import { scriptUrl } from '../keeper/client.ts'

/** Keeps the app's own files on the device, so that it opens without a connection. */
export function startOffline(): void {
  if (!('serviceWorker' in navigator)) return
  addEventListener('load', () => {
    // Without it the app works, only not without a connection.
    navigator.serviceWorker.register(scriptUrl('/app/service-worker.js'), { scope: '/app/' }).catch(() => {})
  })
}
