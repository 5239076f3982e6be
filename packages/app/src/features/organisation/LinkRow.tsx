import { Text } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import type { Address } from '../../app/addresses.ts'
import { Link } from '../../app/navigation.tsx'

/** A line that leads to a page; what calls for attention stands in it. */
export function LinkRow({
  to,
  title,
  note,
  isUrgent = false,
}: {
  to: Address
  title: string
  note?: string | undefined
  isUrgent?: boolean
}) {
  return (
    <li>
      <Link className="row" to={to}>
        <span className="grow">
          <Text span display="block" fw={600}>
            {title}
          </Text>
          {note && (
            <Text span display="block" {...(isUrgent ? { fw: 600 } : { c: 'dimmed' })}>
              {note}
            </Text>
          )}
        </span>
        <IconChevronRight aria-hidden size={18} />
      </Link>
    </li>
  )
}
