import {
  Button,
  NativeSelect,
  Paper,
  SegmentedControl,
  Stack,
  Text,
  Title,
  useMantineColorScheme,
  type MantineColorScheme,
} from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSetStatus, useStatus } from '../../app/status.ts'
import { keeper } from '../../keeper/client.ts'
import { chooseLanguage, languages, type Language } from '../../messages/messages.ts'
import { QrPlace } from '../../ui/QrPlace.tsx'
import { Rooms } from './Rooms.tsx'

/** Language, looks, one's own code, and leaving. */
export function Page() {
  const { t, i18n } = useTranslation()
  const { data: status } = useStatus()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const code = `hre:${status?.account ?? ''}`
  return (
    <Stack>
      <Title order={1}>{t('more.title')}</Title>
      <Rooms isPatient={status?.role === 0} />
      <NativeSelect
        size="md"
        label={t('more.language')}
        value={i18n.language}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
      />
      <div>
        <Text id="looks">{t('more.looks')}</Text>
        <SegmentedControl
          size="md"
          fullWidth
          aria-labelledby="looks"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
          data={(['auto', 'light', 'dark'] as const).map((value) => ({ value, label: t(`more.${value}`) }))}
        />
      </div>
      <Paper withBorder p="md" component="section">
        <Title order={2} size="h4">
          {t('more.codeTitle')}
        </Title>
        <Text my="xs">{t(status?.role === 0 ? 'more.codePatient' : 'more.codeStaff')}</Text>
        <QrPlace text={code} label={t('more.codeLabel')} />
        <Text className="note" size="sm" mt="xs" ff="monospace">
          {code}
        </Text>
      </Paper>
      <Text>{t('more.install')}</Text>
      <Leave />
    </Stack>
  )
}

function Leave() {
  const { t } = useTranslation()
  const setStatus = useSetStatus()
  const [isSure, setSure] = useState(false)
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4">
        {t('more.forgetTitle')}
      </Title>
      <Text my="xs">{t(isSure ? 'more.forgetSure' : 'more.forget')}</Text>
      {isSure ? (
        <Stack>
          <Button color="red" size="md" onClick={() => void keeper.forget().then(setStatus)}>
            {t('more.forgetYes')}
          </Button>
          <Button variant="default" size="md" onClick={() => setSure(false)}>
            {t('cancel')}
          </Button>
        </Stack>
      ) : (
        <Button variant="default" size="md" onClick={() => setSure(true)}>
          {t('more.forgetButton')}
        </Button>
      )}
    </Paper>
  )
}
