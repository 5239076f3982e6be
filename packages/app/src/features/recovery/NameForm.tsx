import { Button, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

interface NameFormParts {
  label: string
  /** On the button. */
  submit: string
  isPending: boolean
  onNamed: (name: string) => void
  /** Above the field: what it is for, what went wrong. */
  intro: React.ReactNode
  /** Below the button. */
  children?: React.ReactNode
}

/** What this person calls somebody: not empty, and without the blanks around it. */
export function NameForm({ label, submit, isPending, onNamed, intro, children }: NameFormParts) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [isEmpty, setEmpty] = useState(false)
  return (
    <Stack
      component="form"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault()
        setEmpty(name.trim() === '')
        if (name.trim() !== '') onNamed(name.trim())
      }}
    >
      {intro}
      <TextInput
        size="md"
        label={label}
        description={t('guardians.nameWhy')}
        value={name}
        maxLength={80}
        autoComplete="off"
        error={isEmpty && t('guardians.nameEmpty')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" size="md" loading={isPending}>
        {submit}
      </Button>
      {children}
    </Stack>
  )
}
