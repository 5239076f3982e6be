import { Alert, Button, Paper, Stack, Text, Title } from '@mantine/core'
import { IconFingerprint, IconKey, IconNotes, IconUsers } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import { statusKey, useStatus } from '../../app/status.ts'
import type { Hex, Secret, Way } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { saying } from '../../messages/messages.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { createPasskey, hasPasskeys } from '../../ui/passkey.ts'
import { Opening } from '../home/Opening.tsx'
import { CheckPaper } from '../join/CheckPaper.tsx'
import { NewPassword } from '../join/NewPassword.tsx'
import { PaperWords } from '../join/PaperWords.tsx'

/** For those who ask: nobody else meets these words. */
const OtherWays = lazy(saying('wallet', () => import('../wallet/OtherWays.tsx')))

const icons = { passkey: IconFingerprint, password: IconKey, phrase: IconNotes, guardians: IconUsers }
const waysMin = 2

type Change = { secret: () => Promise<Secret> | Secret; replaces: Hex | null } | { remove: Hex }

/** How this person gets in, and how to change that. */
export function Page() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const ways = useQuery({ queryKey: ['ways'], queryFn: () => keeper.ways(), staleTime: 0 })
  const [doing, setDoing] = useState<'password' | 'paper'>()
  const [isOther, setOther] = useState(false)
  const change = useMutation({
    mutationFn: async (wish: Change) =>
      'remove' in wish ? keeper.removeWay(wish.remove) : keeper.addWay(await wish.secret(), wish.replaces),
    onSuccess: (changed) => {
      queries.setQueryData(['ways'], changed)
      void queries.invalidateQueries({ queryKey: statusKey })
      setDoing(undefined)
    },
  })
  if (ways.error) return <FailureNote error={ways.error} onRetry={() => void ways.refetch()} />
  if (!ways.data) return <Opening progress={undefined} text={t('ways.loading')} />
  const own = (kind: Way['kind']) => ways.data.find((way) => way.kind === kind)?.id ?? null
  const note = change.isError && <FailureNote error={change.error} saved={t('ways.notSaved')} />
  if (doing === 'paper')
    return (
      <NewPaper
        note={note}
        isPending={change.isPending}
        onBack={() => setDoing(undefined)}
        onWritten={(phrase) =>
          change.mutate({ secret: () => ({ kind: 'phrase', phrase }), replaces: own('phrase') })
        }
      />
    )
  return (
    <Stack>
      <Title order={1}>{t('ways.title')}</Title>
      <Text>{t('ways.why')}</Text>
      {note}
      {change.isSuccess && (
        <Text role="status" fw={600}>
          {t('ways.done')}
        </Text>
      )}
      <Paper withBorder p="xs">
        <ul className="list">
          {ways.data.map((way) => (
            <OneWay
              key={way.id}
              way={way}
              // The paper and the guardians are changed in their own ways, and two there always are.
              canRemove={(way.kind === 'passkey' || way.kind === 'password') && ways.data.length > waysMin}
              isPending={change.isPending}
              onRemove={() => change.mutate({ remove: way.id })}
            />
          ))}
        </ul>
      </Paper>
      {hasPasskeys() && (
        <Button
          size="md"
          h="auto"
          mih="3rem"
          variant="default"
          loading={change.isPending}
          onClick={() => change.mutate({ secret: () => createPasskey(t('app')), replaces: null })}
        >
          {t('ways.addPasskey')}
        </Button>
      )}
      {doing === 'password' ? (
        <NewPassword
          isPending={change.isPending}
          onChosen={(password) =>
            change.mutate({ secret: () => ({ kind: 'password', password }), replaces: own('password') })
          }
        />
      ) : (
        <Button size="md" variant="default" onClick={() => setDoing('password')}>
          {t('ways.newPassword')}
        </Button>
      )}
      <Button size="md" variant="default" onClick={() => setDoing('paper')}>
        {t('ways.newPaper')}
      </Button>
      <Button component={Link} to="/guardians" size="md" h="auto" mih="3rem" variant="default">
        {t('ways.guardiansLink')}
      </Button>
      <details className="fold" onToggle={(event) => setOther(event.currentTarget.open)}>
        <summary>{t('ways.other')}</summary>
        {isOther && (
          <Suspense>
            <OtherWays />
          </Suspense>
        )}
      </details>
    </Stack>
  )
}

function OneWay(props: { way: Way; canRemove: boolean; isPending: boolean; onRemove: () => void }) {
  const { t } = useTranslation()
  const [isSure, setSure] = useState(false)
  const Icon = icons[props.way.kind]
  return (
    <li>
      <div className="row">
        <Icon aria-hidden />
        <span className="grow">{t(`ways.kind.${props.way.kind}`)}</span>
        {props.canRemove && !isSure && (
          <Button variant="subtle" color="red" onClick={() => setSure(true)}>
            {t('ways.remove')}
          </Button>
        )}
      </div>
      {isSure && (
        <Alert role="alert" color="red" variant="outline">
          <Stack gap="xs">
            <Text>{t('ways.removeSure')}</Text>
            <Button color="red" size="md" loading={props.isPending} onClick={props.onRemove}>
              {t('ways.removeYes')}
            </Button>
            <Button variant="default" size="md" onClick={() => setSure(false)}>
              {t('cancel')}
            </Button>
          </Stack>
        </Alert>
      )}
    </li>
  )
}

/** Other 24 words in the place of the ones before, written down and checked before they count. */
function NewPaper(props: {
  note: React.ReactNode
  isPending: boolean
  onBack: () => void
  onWritten: (phrase: string) => void
}) {
  const { t } = useTranslation()
  const { data: status } = useStatus()
  const [isWritten, setWritten] = useState(false)
  // Not kept by the query cache: the words leave the page with it.
  const phrase = useQuery({
    queryKey: ['phrase'],
    queryFn: () => keeper.newPhrase(),
    gcTime: 0,
    staleTime: Infinity,
  })
  if (!phrase.data) return <Opening progress={undefined} text={t('ways.loading')} />
  return (
    <Stack>
      <Title order={1}>{t('ways.newPaper')}</Title>
      <Text>{t('ways.newPaperWhy')}</Text>
      {props.note}
      {isWritten ? (
        <CheckPaper
          phrase={phrase.data}
          isPending={props.isPending}
          onBack={() => setWritten(false)}
          onChecked={() => props.onWritten(phrase.data)}
        />
      ) : (
        <PaperWords
          phrase={phrase.data}
          code={`hre:${status?.account ?? ''}`}
          onWritten={() => setWritten(true)}
        />
      )}
      {!isWritten && (
        <Button variant="subtle" size="md" onClick={props.onBack}>
          {t('cancel')}
        </Button>
      )}
    </Stack>
  )
}
