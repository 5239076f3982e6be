import { lazy, Suspense } from 'react'
import { useStatus } from '../../app/status.ts'
import { PatientHome } from './PatientHome.tsx'

const Patients = lazy(() => import('../doctor/Patients.tsx'))

/** What the app opens with: a patient's own records, or a doctor's patients. */
export function Page() {
  const { data: status } = useStatus()
  if (status?.role === 0) return <PatientHome />
  return (
    <Suspense>
      <Patients />
    </Suspense>
  )
}
