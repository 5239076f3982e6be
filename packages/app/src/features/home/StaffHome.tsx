import { roles } from '@hre/protocol'
import { lazy } from 'react'
import { useStatus } from '../../app/status.ts'
import { saying } from '../../messages/messages.ts'

const Today = lazy(saying('staff', () => import('../doctor/Today.tsx')))
const Worklist = lazy(saying('staff', () => import('../laboratory/Worklist.tsx')))
const Audit = lazy(saying('staff', () => import('../audit/Audit.tsx')))
const Organisation = lazy(saying('staff', () => import('../organisation/Organisation.tsx')))

/** By role: what somebody begins the day with. */
export default function StaffHome() {
  const { data: status } = useStatus()
  if (status?.role === roles['lab technician']) return <Worklist />
  if (status?.role === roles.auditor) return <Audit />
  return status?.role === roles.administrator ? <Organisation /> : <Today />
}
