import { createHashHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import type * as CarePages from '../features/care/pages.ts'
import { learn, type Part } from '../messages/messages.ts'
import { Journey, type Load } from './Journey.tsx'
import { Shell } from './Shell.tsx'

const root = createRootRoute({ component: Shell })
const at = <Path extends string>(path: Path, load: Load) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: () => <Journey key={path} path={path} load={load} />,
  })

/** A page whose sentences come with it. */
const saying =
  (sentences: Part) =>
  <Path extends string>(path: Path, load: Load) =>
    at(path, async () => {
      await learn(sentences)
      return load()
    })
const atWork = saying('staff')
const leaving = saying('leaving')

/** A page about somebody who is looked after, or looks after another; they come together. */
const inCare = <Path extends string>(path: Path, name: keyof typeof CarePages) =>
  saying('care')(path, async () => {
    await learn('visits')
    return { Page: (await import('../features/care/pages.ts'))[name] }
  })

/** One chunk for each journey. After the #, so that nothing of a path reaches a server or its log. */
const routes = root.addChildren([
  at('/', () => import('../features/home/Home.tsx')),
  at('/join/$secret', () => import('../features/join/Join.tsx')),
  saying('own')('/add', () => import('../features/own/Add.tsx')),
  at('/record/$record', () => import('../features/record/Record.tsx')),
  at('/share', () => import('../features/sharing/Share.tsx')),
  at('/share/$reader', () => import('../features/sharing/Share.tsx')),
  at('/shares', () => import('../features/sharing/Shares.tsx')),
  saying('visits')('/visits', () => import('../features/visitors/Visits.tsx')),
  at('/more', () => import('../features/more/More.tsx')),
  at('/ways', () => import('../features/recovery/Ways.tsx')),
  saying('wallet')('/wallet', () => import('../features/wallet/Wallet.tsx')),
  at('/guardians', () => import('../features/recovery/Guardians.tsx')),
  saying('countries')('/countries', () => import('../features/countries/Countries.tsx')),
  saying('emergency')('/emergency', () => import('../features/emergency/Emergency.tsx')),
  leaving('/download', () => import('../features/leaving/Download.tsx')),
  leaving('/close', () => import('../features/leaving/Close.tsx')),
  at('/help', () => import('../features/recovery/Help.tsx')),
  inCare('/helpers', 'Helpers'),
  inCare('/helped', 'Helped'),
  inCare('/helped/$patient', 'HelpedChart'),
  inCare('/helped/$patient/$place', 'HelpedPlace'),
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
