import { lazy } from 'react'
import { speakToStaff } from '../../messages/messages.ts'

const withSentences = (load: () => Promise<{ default: React.ComponentType }>) =>
  lazy(async () => {
    await speakToStaff()
    return load()
  })

const Today = withSentences(() => import('../doctor/Today.tsx'))

/** By role: what somebody begins the day with. */
export default function StaffHome() {
  return <Today />
}
