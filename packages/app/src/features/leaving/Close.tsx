import { Alert, Button, Checkbox, Loader, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, navigate } from '../../app/navigation.tsx'
import { useSetStatus, useStatus } from '../../app/status.ts'
import type { Secret } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatList, nameOfOrganisation } from '../../ui/format.ts'
import { SecretForm } from '../unlock/SecretForm.tsx'

/** For good: what it means, whether it is really the owner, and that it is done. */
export function Page() {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  const [knows, setKnows] = useState(false)
  const [isSure, setSure] = useState(false)
  const close = useMutation({
    mutationFn: async (secret: () => Promise<Secret> | Secret) => keeper.closeAccount(await secret()),
  })
  // Signed out without having closed anything: nothing here is about anybody.
  const isGone = status?.state !== 'open' && !close.isPending && !close.isSuccess
  useEffect(() => {
    if (isGone) navigate('/', { replace: true })
  }, [isGone])
  if (close.isPending)
    return (
      <Stack align="center" mih="40vh" justify="center" role="status">
        <Loader />
        <Text ta="center">{t('leaving.closing')}</Text>
      </Stack>
    )
  if (close.isSuccess) return <Closed {...close.data} />
  if (status?.state !== 'open') return null
  return (
    <Stack>
      <Title order={1}>{t('more.close')}</Title>
      <Alert color="red" variant="outline" icon={<IconAlertTriangle aria-hidden />}>
        <Stack gap="xs">
          <Text>{t('leaving.closeWhat')}</Text>
          <Text>{t('leaving.closeStays')}</Text>
          <Text fw={600}>{t('leaving.closeForGood')}</Text>
        </Stack>
      </Alert>
      <Button component={Link} to="/download" size="md" variant="default">
        {t('leaving.downloadFirst')}
      </Button>
      <Checkbox
        size="md"
        label={t('leaving.closeKnows')}
        checked={knows}
        onChange={(event) => setKnows(event.currentTarget.checked)}
      />
      {close.isError && <FailureNote error={close.error} saved={t('leaving.closeMaybe')} />}
      {isSure && knows ? (
        <>
          <Title order={2} size="h4">
            {t('leaving.closeProve')}
          </Title>
          <SecretForm
            status={status}
            isPending={false}
            words={t('leaving.closeYes')}
            onSecret={close.mutate}
          />
        </>
      ) : (
        <Button size="md" color="red" disabled={!knows} onClick={() => setSure(true)}>
          {t('leaving.close')}
        </Button>
      )}
      <Button component={Link} to="/more" size="md" variant="default">
        {t('cancel')}
      </Button>
    </Stack>
  )
}

function Closed({ erased, unreachable }: Awaited<ReturnType<typeof keeper.closeAccount>>) {
  const { t, i18n } = useTranslation()
  const setStatus = useSetStatus()
  const names = formatList(
    i18n.language,
    unreachable.map((organisation) => nameOfOrganisation(t, organisation)),
  )
  async function leave() {
    setStatus(await keeper.status())
    navigate('/', { replace: true })
  }

  if (unreachable.length > 0)
    return (
      <Stack>
        <Title order={1}>{t('leaving.almostTitle')}</Title>
        <Text role="status">{t('leaving.almost', { names })}</Text>
      </Stack>
    )
  return (
    <Stack>
      <Title order={1}>{t('leaving.closedTitle')}</Title>
      <Text role="status">{t('leaving.closed', { count: erased })}</Text>
      <Text>{t('leaving.closedPaper')}</Text>
      <Button size="md" onClick={() => void leave()}>
        {t('leaving.goodbye')}
      </Button>
    </Stack>
  )
}
