import { lazy, Suspense } from 'react'
import { useStatus } from '../../app/status.ts'
import { PatientHome } from './PatientHome.tsx'

export { Records } from './PatientHome.tsx'

const StaffHome = lazy(() => import('./StaffHome.tsx'))

/** What the app opens with: a patient's own records, or the place where somebody works. */
export function Page() {
  const { data: status } = useStatus()
  if (status?.role === 0) return <PatientHome />
  return (
    <Suspense>
      <StaffHome />
    </Suspense>
  )
}
