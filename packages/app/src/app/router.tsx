import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { learn } from '../messages/messages.ts'
import { Shell } from './Shell.tsx'

const root = createRootRoute({ component: Shell })
const at = <Path extends string>(path: Path, load: () => Promise<{ Page: React.ComponentType }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, 'Page') })

/** A page of those who work here, with its sentences. */
const atWork = <Path extends string>(path: Path, load: () => Promise<{ Page: React.ComponentType }>) =>
  at(path, async () => {
    await learn('staff')
    return load()
  })

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
  at('/wallet', async () => {
    await learn('wallet')
    return import('../features/wallet/Wallet.tsx')
  }),
  at('/guardians', () => import('../features/recovery/Guardians.tsx')),
  at('/emergency', () => import('../features/emergency/Emergency.tsx')),
  at('/download', () => import('../features/leaving/Download.tsx')),
  at('/close', () => import('../features/leaving/Close.tsx')),
  at('/help', () => import('../features/recovery/Help.tsx')),
  atWork('/patients/$patient', () => import('../features/doctor/PatientChart.tsx')),
  atWork('/patients/$patient/ask', () => import('../features/doctor/AskAccess.tsx')),
  atWork('/patients/$patient/emergency', () => import('../features/doctor/DeclareEmergency.tsx')),
  atWork('/patients/$patient/note', () => import('../features/doctor/WriteNote.tsx')),
  atWork('/laboratory/results', () => import('../features/laboratory/EnterResults.tsx')),
  atWork('/laboratory/upload', () => import('../features/laboratory/UploadResults.tsx')),
  atWork('/organisation/staff', () => import('../features/organisation/Staff.tsx')),
  atWork('/organisation/staff/$member', () => import('../features/organisation/Member.tsx')),
  atWork('/organisation/invite', () => import('../features/organisation/Invite.tsx')),
  atWork('/organisation/votes', () => import('../features/organisation/Votes.tsx')),
  atWork('/organisation/emergencies', () => import('../features/organisation/Emergencies.tsx')),
  atWork('/organisation/server', () => import('../features/organisation/Server.tsx')),
  atWork('/audit/emergencies', () => import('../features/audit/Reviews.tsx')),
  atWork('/audit/emergencies/$declaration', () => import('../features/audit/Review.tsx')),
  atWork('/audit/watch', () => import('../features/audit/Watch.tsx')),
  atWork('/audit/proof', () => import('../features/audit/CheckProof.tsx')),
  atWork('/ledger', () => import('../features/audit/Ledger.tsx')),
  atWork('/ledger/$block', () => import('../features/audit/Block.tsx')),
  atWork('/sign/$batch', () => import('../features/laboratory/Countersign.tsx')),
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
