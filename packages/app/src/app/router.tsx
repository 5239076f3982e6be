import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { Shell } from './Shell.tsx'

const root = createRootRoute({ component: Shell })
const at = <Path extends string>(path: Path, load: () => Promise<{ Page: React.ComponentType }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, 'Page') })

/** One chunk for each journey. After the #, so that nothing of a path reaches a server or its log. */
const routes = root.addChildren([
  at('/', () => import('../features/home/Home.tsx')),
  at('/join/$secret', () => import('../features/join/Join.tsx')),
  at('/record/$record', () => import('../features/record/Record.tsx')),
  at('/share', () => import('../features/sharing/Share.tsx')),
  at('/share/$reader', () => import('../features/sharing/Share.tsx')),
  at('/shares', () => import('../features/sharing/Shares.tsx')),
  at('/visits', () => import('../features/visitors/Visits.tsx')),
  at('/more', () => import('../features/more/More.tsx')),
  at('/ways', () => import('../features/recovery/Ways.tsx')),
  at('/guardians', () => import('../features/recovery/Guardians.tsx')),
  at('/emergency', () => import('../features/emergency/Emergency.tsx')),
  at('/help', () => import('../features/recovery/Help.tsx')),
  at('/patients/$patient', () => import('../features/doctor/PatientChart.tsx')),
  at('/patients/$patient/ask', () => import('../features/doctor/AskAccess.tsx')),
  at('/patients/$patient/note', () => import('../features/doctor/WriteNote.tsx')),
])

export const router = createRouter({
  routeTree: routes,
  history: createHashHistory(),
  scrollRestoration: false,
  defaultPendingMinMs: 0,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
