import { Button, FileButton, Group } from '@mantine/core'
import type { ReactNode } from 'react'

/** A button that asks the device for a file. */
export const ChooseFile = ({
  types,
  label,
  icon,
  isPending,
  onChoose,
}: {
  /** Media types and endings that are proposed; what it is, its bytes say. */
  types: readonly string[]
  label: string
  icon: ReactNode
  isPending: boolean
  onChoose: (file: File) => void
}) => (
  <Group>
    <FileButton accept={types.join(',')} onChange={(file) => file && onChoose(file)}>
      {(props) => (
        <Button {...props} size="md" variant="default" leftSection={icon} loading={isPending}>
          {label}
        </Button>
      )}
    </FileButton>
  </Group>
)
