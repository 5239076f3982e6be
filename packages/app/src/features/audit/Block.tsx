import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from '../../app/navigation.tsx'
import type { BlockView, SignedAct } from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import {
  capitalised,
  formatInstant,
  formatList,
  formatNumber,
  nameOfOrganisation,
  nameOfReader,
} from '../../ui/format.ts'
import { Opening } from '../home/Opening.tsx'
import { BatchProofs } from './BatchProofs.tsx'

/** One block: what was done in it, in sentences; its header; and whose nodes have the same. */
export function Page() {
  const { t, i18n } = useTranslation()
  const { block: text } = useParams('/ledger/$block')
  const number = Number(text)
  const { data, error, refetch } = useQuery({
    queryKey: ['block', number],
    queryFn: () => keeper.block(number),
  })
  if (error) return <FailureNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Opening progress={undefined} text={t('ledger.loading')} />
  return (
    <Stack>
      <Title order={1}>{t('ledger.block', { number: formatNumber(i18n.language, number) })}</Title>
      <Text>{formatInstant(i18n.language, data.header.timestamp)}</Text>
      <Witnesses block={data} />
      <Paper withBorder p="md" component="section" aria-label={t('ledger.done')}>
        <Title order={2} size="h4">
          {t('ledger.done')}
        </Title>
        {data.acts.length === 0 && <Text>{t('ledger.nothing')}</Text>}
        <ul className="list">
          {data.acts.map((act, index) => (
            <li key={index}>
              <Act act={act} />
            </li>
          ))}
        </ul>
        {data.others > 0 && <Text c="dimmed">{t('ledger.others', { count: data.others })}</Text>}
      </Paper>
      <Header block={data} />
      <Group>
        <Button
          component={Link}
          to={`/ledger/${number - 1}`}
          size="md"
          variant="default"
          disabled={number === 0}
        >
          {t('ledger.before')}
        </Button>
        <Button component={Link} to="/ledger" size="md" variant="subtle">
          {t('ledger.all')}
        </Button>
      </Group>
    </Stack>
  )
}

function Witnesses({ block: { agree, differ } }: { block: BlockView }) {
  const { t, i18n } = useTranslation()
  const names = (organisations: BlockView['agree']) =>
    formatList(
      i18n.language,
      organisations.map((organisation) => nameOfOrganisation(t, organisation)),
    )
  if (differ.length > 0)
    return (
      <Alert
        role="alert"
        color="red"
        variant="outline"
        icon={<IconShieldX aria-hidden />}
        title={t('ledger.differ')}
      >
        {t('ledger.differWho', { agree: names(agree), differ: names(differ) })}
      </Alert>
    )
  return (
    <Alert role="status" color="teal" variant="outline" icon={<IconShieldCheck aria-hidden />}>
      {t('ledger.agree', { names: names(agree) })}
    </Alert>
  )
}

function Act({ act }: { act: SignedAct }) {
  const { t, i18n } = useTranslation()
  const { signer, contract, action, args, outcome } = act
  const key = `ledger.act.${contract}.${action}`
  const who = capitalised(i18n.language, nameOfReader(t, signer))
  return (
    <details className="fold">
      <summary>
        {i18n.exists(key)
          ? t(key, { who, count: Number(args['count'] ?? 1) })
          : t('ledger.actUnknown', { who })}{' '}
        {outcome !== 'applied' && <strong>{t(`ledger.outcome.${outcome}`)}</strong>}
      </summary>
      <dl className="proof">
        {Object.entries({
          account: signer.account,
          contract,
          action,
          ...args,
          transaction: act.transaction,
        }).map(([name, value]) => (
          <div key={name}>
            <dt>{i18n.exists(`ledger.field.${name}`) ? t(`ledger.field.${name}`) : name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {contract === 'records' && args['manifest'] && outcome === 'applied' && (
        <BatchProofs manifest={args['manifest'] as `0x${string}`} />
      )}
    </details>
  )
}

/** The header's fields as the node gives them. What an engine does not have says so. */
function Header({ block: { header } }: { block: BlockView }) {
  const { t } = useTranslation()
  const { number, hash, parent, transactionsRoot, stateRoot, receiptsRoot, timestamp } = header
  const { proposer, difficulty, mixHash, extraData, nonce } = header
  const fields = {
    version: t('ledger.noVersion'),
    number,
    hash,
    parent,
    transactionsRoot,
    timestamp,
    stateRoot,
    receiptsRoot,
    proposer,
    difficulty,
    mixHash,
    extraData,
    nonce,
  }
  return (
    <Paper withBorder p="md" component="section" aria-label={t('ledger.header')}>
      <Title order={2} size="h4">
        {t('ledger.header')}
      </Title>
      <dl className="proof">
        {Object.entries(fields).map(([name, value]) => (
          <div key={name}>
            <dt>{t(`ledger.field.${name}`)}</dt>
            <dd>{value ?? t('ledger.none')}</dd>
          </div>
        ))}
      </dl>
    </Paper>
  )
}
