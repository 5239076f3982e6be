import { Route, Switch } from 'wouter'
import type * as CarePages from '../features/care/pages.ts'
import { saying } from '../messages/messages.ts'
import { Journey, type Load } from './Journey.tsx'
import { patterns, type Pattern } from './addresses.ts'

const atWork = (load: Load): Load => saying('staff', load)

/** With what is said of files that are chosen. */
const inLaboratory = (load: Load): Load => atWork(saying('own', load))

/** A page about somebody who is looked after, or looks after another; they come together. */
const inCare = (name: keyof typeof CarePages): Load =>
  saying(
    'care',
    saying('visits', async () => ({ Page: (await import('../features/care/pages.ts'))[name] })),
  )

/** One chunk for each journey. */
const pages: Record<Pattern, Load> = {
  '/': () => import('../features/home/Home.tsx'),
  '/join/:secret': saying('join', () => import('../features/join/Join.tsx')),
  '/add': saying('own', () => import('../features/own/Add.tsx')),
  '/record/:record': () => import('../features/record/Record.tsx'),
  '/share': () => import('../features/sharing/Share.tsx'),
  '/share/:reader': () => import('../features/sharing/Share.tsx'),
  '/shares': () => import('../features/sharing/Shares.tsx'),
  '/visits': saying('visits', () => import('../features/visitors/Visits.tsx')),
  '/more': () => import('../features/more/More.tsx'),
  '/ways': saying('join', () => import('../features/recovery/Ways.tsx')),
  '/wallet': saying('wallet', () => import('../features/wallet/Wallet.tsx')),
  '/guardians': saying('recover', () => import('../features/recovery/Guardians.tsx')),
  '/countries': saying('countries', () => import('../features/countries/Countries.tsx')),
  '/emergency': saying('emergency', () => import('../features/emergency/Emergency.tsx')),
  '/download': saying('leaving', () => import('../features/leaving/Download.tsx')),
  '/close': saying('leaving', () => import('../features/leaving/Close.tsx')),
  '/help': saying('recover', () => import('../features/recovery/Help.tsx')),
  '/helpers': inCare('Helpers'),
  '/helped': inCare('Helped'),
  '/helped/:patient': inCare('HelpedChart'),
  '/helped/:patient/:place': inCare('HelpedPlace'),
  '/patients/:patient': atWork(() => import('../features/doctor/PatientChart.tsx')),
  '/patients/:patient/ask': atWork(() => import('../features/doctor/AskAccess.tsx')),
  '/patients/:patient/emergency': atWork(() => import('../features/doctor/DeclareEmergency.tsx')),
  '/patients/:patient/note': atWork(() => import('../features/doctor/WriteNote.tsx')),
  '/patients/:patient/order': atWork(saying('orders', () => import('../features/doctor/OrderTests.tsx'))),
  '/laboratory/orders/:batch': inLaboratory(
    saying('orders', () => import('../features/laboratory/AnswerOrder.tsx')),
  ),
  '/laboratory/results': inLaboratory(() => import('../features/laboratory/EnterResults.tsx')),
  '/laboratory/upload': inLaboratory(() => import('../features/laboratory/UploadResults.tsx')),
  '/organisation/staff': atWork(() => import('../features/organisation/Staff.tsx')),
  '/organisation/staff/:member': atWork(() => import('../features/organisation/Member.tsx')),
  '/organisation/invite': atWork(() => import('../features/organisation/Invite.tsx')),
  '/organisation/votes': atWork(() => import('../features/organisation/Votes.tsx')),
  '/organisation/emergencies': atWork(() => import('../features/organisation/Emergencies.tsx')),
  '/organisation/server': atWork(() => import('../features/organisation/Server.tsx')),
  '/audit/emergencies': atWork(() => import('../features/audit/Reviews.tsx')),
  '/audit/emergencies/:declaration': atWork(() => import('../features/audit/Review.tsx')),
  '/audit/watch': atWork(() => import('../features/audit/Watch.tsx')),
  '/audit/proof': atWork(() => import('../features/audit/CheckProof.tsx')),
  '/ledger': atWork(() => import('../features/audit/Ledger.tsx')),
  '/ledger/:block': atWork(() => import('../features/audit/Block.tsx')),
  '/sign/:batch': atWork(() => import('../features/laboratory/Countersign.tsx')),
}

/** The page of where the person is; at an address that nobody knows, the first page. */
export const PageHere = () => (
  <Switch>
    {patterns.map((pattern) => (
      <Route key={pattern} path={pattern}>
        <Journey path={pattern} load={pages[pattern]} />
      </Route>
    ))}
    <Route>
      <Journey path="/" load={pages['/']} />
    </Route>
  </Switch>
)
