import { roles } from '@hre/protocol'
import { lazy } from 'react'
import { useStatus } from '../../app/status.ts'
import { learn } from '../../messages/messages.ts'

const withSentences = (load: () => Promise<{ default: React.ComponentType }>) =>
  lazy(async () => {
    await learn('staff')
    return load()
  })

const Today = withSentences(() => import('../doctor/Today.tsx'))

const Worklist = withSentences(() => import('../laboratory/Worklist.tsx'))

const Audit = withSentences(() => import('../audit/Audit.tsx'))
const Organisation = withSentences(() => import('../organisation/Organisation.tsx'))

/** By role: what somebody begins the day with. */
export default function StaffHome() {
  const { data: status } = useStatus()
  if (status?.role === roles['lab technician']) return <Worklist />
  if (status?.role === roles.auditor) return <Audit />
  return status?.role === roles.administrator ? <Organisation /> : <Today />
}
