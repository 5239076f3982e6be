import { Paper } from '@mantine/core'
import {
  IconAmbulance,
  IconChevronRight,
  IconDoorExit,
  IconDownload,
  IconHeartHandshake,
  IconKey,
  IconUserHeart,
  IconUsers,
  IconUsersGroup,
  IconWorld,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'

/** What else there is to do, one line each. */
const rooms = [
  { to: '/emergency', key: 'more.emergency', Icon: IconAmbulance, isForAll: false },
  { to: '/ways', key: 'ways.title', Icon: IconKey, isForAll: true },
  { to: '/guardians', key: 'guardians.title', Icon: IconUsers, isForAll: true },
  { to: '/help', key: 'help.title', Icon: IconHeartHandshake, isForAll: true },
  { to: '/helpers', key: 'more.helpers', Icon: IconUserHeart, isForAll: false },
  { to: '/helped', key: 'more.helped', Icon: IconUsersGroup, isForAll: true },
  { to: '/countries', key: 'more.countries', Icon: IconWorld, isForAll: false },
  { to: '/download', key: 'more.download', Icon: IconDownload, isForAll: false },
  { to: '/close', key: 'more.close', Icon: IconDoorExit, isForAll: false },
] as const

export function Rooms({ isPatient }: { isPatient: boolean }) {
  const { t } = useTranslation()
  return (
    <Paper withBorder p="xs">
      <ul className="list">
        {rooms
          .filter(({ isForAll }) => isForAll || isPatient)
          .map(({ to, key, Icon }) => (
            <li key={to}>
              <Link className="row" to={to}>
                <Icon aria-hidden />
                <span className="grow">{t(key)}</span>
                <IconChevronRight aria-hidden size={18} />
              </Link>
            </li>
          ))}
      </ul>
    </Paper>
  )
}
