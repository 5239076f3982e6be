import { Button, Text } from '@mantine/core'
import {
  IconBook2,
  IconBuildingHospital,
  IconEye,
  IconListSearch,
  IconLogout,
  IconMenu2,
  IconMicroscope,
  IconShare,
  IconUsers,
} from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useRef, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { roles } from '@hre/protocol'
import { keeper, walletAsks } from '../keeper/client.ts'
import { saying } from '../messages/messages.ts'
import { FailureNote } from '../ui/FailureNote.tsx'
import { isFixed, type Address } from './addresses.ts'
import { useAnnouncements } from './announce.ts'
import { beginPage, useFocus } from './focus.ts'
import { Link } from './navigation.tsx'
import { PageHere } from './router.tsx'
import { useSetStatus, useStatus } from './status.ts'
import { Waiting } from './Waiting.tsx'

const Asking = lazy(saying('wallet', () => import('../features/wallet/Asking.tsx')))
const Welcome = lazy(saying('join', () => import('../features/join/Welcome.tsx')))
const Recovering = lazy(saying('recover', () => import('../features/recovery/Recovering.tsx')))
const Unlock = lazy(() => import('../features/unlock/Unlock.tsx'))

/** The frame of every page, and the gate before them: who is not signed in sees how to. */
export function Shell() {
  const { t } = useTranslation()
  const { data: status, error } = useStatus()
  const setStatus = useSetStatus()
  const [path] = useLocation()
  const ask = useSyncExternalStore(walletAsks.subscribe, walletAsks.oldest)
  const content = useRef<HTMLElement>(null)
  const said = useRef<HTMLDivElement>(null)
  const isOpen = status?.state === 'open' && status.joined
  const isPatient = status?.role === 0

  const title = isOpen && !isPatient ? t(`appOf.${placeOf(status.role)}`) : t('app')
  useEffect(() => {
    document.title = title
  }, [title, path])

  useFocus(content, `${path} ${status?.state}`)
  useAnnouncements(content, said)

  return (
    <div className="shell">
      <a
        className="skip"
        href="#content"
        onClick={(event) => (event.preventDefault(), beginPage(content.current!))}
      >
        {t('skip')}
      </a>
      <div id="said" className="heard" role="status" aria-atomic="false" ref={said} />
      <header className="bar">
        <Text component={Link} to="/" fw={650}>
          {title}
        </Text>
        {isOpen && (
          <Button
            variant="subtle"
            leftSection={<IconLogout aria-hidden size={20} />}
            onClick={() => void keeper.lock().then(setStatus)}
          >
            {t('signOut')}
          </Button>
        )}
      </header>
      {isOpen && (
        <nav className="tabs" aria-label={t('nav.label')}>
          {isPatient ? (
            <>
              <Tab to="/" icon={<IconBook2 aria-hidden />} text={t('nav.records')} />
              <Tab to="/shares" icon={<IconShare aria-hidden />} text={t('nav.share')} />
              <Tab to="/visits" icon={<IconEye aria-hidden />} text={t('nav.visits')} />
            </>
          ) : (
            <StaffTab role={status.role} />
          )}
          <Tab to="/more" icon={<IconMenu2 aria-hidden />} text={t('nav.more')} />
        </nav>
      )}
      <main
        className={`content${isOpen && !isPatient ? ' wide' : ''}`}
        id="content"
        ref={content}
        tabIndex={-1}
        onFocus={({ target }) => {
          // Where an address is all there is to know: browsers keep titles, and a chart's has a name in it.
          if (target.tagName === 'H1' && isFixed(path)) document.title = `${target.textContent} · ${title}`
        }}
        data-state={status?.state ?? 'starting'}
      >
        {error && <FailureNote error={error} />}
        {ask && (
          <Suspense>
            <Asking key={ask.id} ask={ask} />
          </Suspense>
        )}
        <Suspense fallback={<Waiting />}>
          {!status ? !error && <Waiting /> : gate(status.state, status.joined, path)}
        </Suspense>
      </main>
    </div>
  )
}

function gate(state: string, joined: boolean, path: string) {
  if (state === 'locked') return <Unlock />
  if (state === 'recovering') return <Recovering />
  if (state === 'open' && joined) return <PageHere />
  // What is said when an account was closed stays to be read.
  return path.startsWith('/join/') || path === '/close' ? <PageHere /> : <Welcome />
}

/** Where somebody works, by role. */
function placeOf(role: number | null): keyof typeof places {
  if (role === roles['lab technician']) return 'laboratory'
  if (role === roles.auditor) return 'audit'
  return role === roles.administrator ? 'organisation' : 'patients'
}

const places = {
  laboratory: { Icon: IconMicroscope, tab: 'nav.work' },
  audit: { Icon: IconListSearch, tab: 'nav.audit' },
  organisation: { Icon: IconBuildingHospital, tab: 'nav.organisation' },
  patients: { Icon: IconUsers, tab: 'nav.patients' },
} as const

function StaffTab({ role }: { role: number | null }) {
  const { t } = useTranslation()
  const { Icon, tab } = places[placeOf(role)]
  return <Tab to="/" icon={<Icon aria-hidden />} text={t(tab)} />
}

function Tab({ to, icon, text }: { to: Address; icon: React.ReactNode; text: string }) {
  const [path] = useLocation()
  const isHere = path === to || (to !== '/' && path.startsWith(`${to}/`))
  return (
    <Link to={to} aria-current={isHere ? 'page' : undefined}>
      {icon}
      {text}
    </Link>
  )
}
