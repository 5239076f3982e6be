import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconPrinter } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { OrganisationInfo } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatList, nameOfOrganisation } from '../../ui/format.ts'
import { QrCode } from '../../ui/QrCode.tsx'

const cardKey = ['card'] as const

/** The card that finds its owner (S11): made, printed, replaced, ended. @param isUseful - something may be opened. */
export function Card({ isUseful }: { isUseful: boolean }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const card = useQuery({ queryKey: cardKey, queryFn: () => keeper.emergencyCard() })
  const [isEnded, setEnded] = useState(false)
  const make = useMutation({
    mutationFn: () => keeper.makeCard(),
    onSuccess: ({ text }) => {
      setEnded(false)
      queries.setQueryData(cardKey, text)
    },
  })
  const end = useMutation({
    mutationFn: () => keeper.endCard(),
    onSuccess: () => {
      setEnded(true)
      queries.setQueryData(cardKey, null)
    },
  })
  const failure = make.error ?? end.error
  const away = (isEnded ? end.data : make.data)?.unreachable ?? []
  return (
    <Paper withBorder p="md" component="section">
      <Stack>
        <Title order={2} size="h4">
          {t('card.title')}
        </Title>
        <Text>{t('card.what')}</Text>
        {!isUseful && <Text fw={600}>{t('card.first')}</Text>}
        {failure && <FailureNote error={failure} saved={t('card.notSaved')} />}
        {isEnded && <Text role="status">{t('card.ended')}</Text>}
        {away.length > 0 && <Away organisations={away} />}
        {card.data ? (
          <>
            <Printed text={card.data} />
            <Button
              size="md"
              variant="default"
              leftSection={<IconPrinter aria-hidden />}
              onClick={() => print()}
            >
              {t('card.print')}
            </Button>
            <Text>{t('card.lost')}</Text>
            <Group>
              <Sure
                text={t('card.again')}
                sure={t('card.againSure')}
                yes={t('card.againYes')}
                isPending={make.isPending}
                onSure={() => make.mutate()}
              />
              <Sure
                text={t('card.end')}
                sure={t('card.againSure')}
                yes={t('card.endYes')}
                isPending={end.isPending}
                onSure={() => end.mutate()}
              />
            </Group>
          </>
        ) : (
          <Button
            size="md"
            disabled={!isUseful || card.isPending}
            loading={make.isPending}
            onClick={() => make.mutate()}
          >
            {t('card.make')}
          </Button>
        )}
        {make.isPending && <Text role="status">{t('card.working')}</Text>}
      </Stack>
    </Paper>
  )
}

function Away({ organisations }: { organisations: readonly OrganisationInfo[] }) {
  const { t, i18n } = useTranslation()
  const names = formatList(
    i18n.language,
    organisations.map((organisation) => nameOfOrganisation(t, organisation)),
  )
  return <Text role="status">{t('card.unreachable', { names })}</Text>
}

/** All that is on paper: what to do with it, and the code. No name, unless its owner writes one. */
function Printed({ text }: { text: string }) {
  const { t } = useTranslation()
  return (
    <div className="card">
      <Text fw={700} size="lg">
        {t('card.heading')}
      </Text>
      <QrCode text={text} label={t('card.label')} />
      <Text>{t('card.staff')}</Text>
      <Text className="note" size="xs" ff="monospace" translate="no">
        {text}
      </Text>
      <Text className="written">{t('card.owner')}</Text>
    </div>
  )
}

/** A button that asks once more. */
function Sure(props: { text: string; sure: string; yes: string; isPending: boolean; onSure: () => void }) {
  const { t } = useTranslation()
  const [isAsked, setAsked] = useState(false)
  if (!isAsked)
    return (
      <Button size="md" variant="default" onClick={() => setAsked(true)}>
        {props.text}
      </Button>
    )
  return (
    <Alert role="alert" color="red" variant="outline" w="100%">
      <Stack gap="xs">
        <Text>{props.sure}</Text>
        <Button
          size="md"
          color="red"
          loading={props.isPending}
          onClick={() => {
            setAsked(false)
            props.onSure()
          }}
        >
          {props.yes}
        </Button>
        <Button size="md" variant="default" onClick={() => setAsked(false)}>
          {t('cancel')}
        </Button>
      </Stack>
    </Alert>
  )
}
