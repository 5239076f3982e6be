import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconShieldCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Hex, Proof } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatDate, formatList, nameOfOrganisation, nameOfReader } from '../../ui/format.ts'

/** "Unchanged since 3 March, signed by ...", and the numbers behind it one tap deeper. */
export function ProofPanel({ record }: { record: Hex }) {
  const { t } = useTranslation()
  const check = useMutation({ mutationFn: () => keeper.verify(record) })
  if (check.isError)
    return <FailureNote error={check.error} saved={t('proof.failed')} onRetry={() => check.mutate()} />
  if (check.data) return <Proven proof={check.data} />
  return (
    <Button
      size="md"
      variant="default"
      h="auto"
      mih="3rem"
      leftSection={<IconShieldCheck aria-hidden />}
      loading={check.isPending}
      onClick={() => check.mutate()}
    >
      {t('proof.check')}
    </Button>
  )
}

/** What the registers say of a record, and the numbers behind it. */
export function Proven({ proof }: { proof: Proof }) {
  const { t, i18n } = useTranslation()
  const { language } = i18n
  const organisation = nameOfReader(t, proof.organisation)
  const signers = formatList(
    language,
    proof.signers.map((signer) => nameOfReader(t, signer)),
  )
  const witnesses = formatList(
    language,
    proof.witnesses.map((witness) => nameOfOrganisation(t, witness)),
  )
  return (
    <Alert
      role="status"
      color="teal"
      variant="outline"
      icon={<IconShieldCheck aria-hidden />}
      title={t('proof.unchanged', { date: formatDate(language, proof.committedAt) })}
    >
      <Stack gap="xs">
        <Text>
          {proof.keeper
            ? t('proof.addedByPatient', { organisation: nameOfOrganisation(t, proof.keeper) })
            : t('proof.recordedBy', { organisation, signers })}
        </Text>
        {proof.signedByBoth === false && <Text>{t('proof.oneMissing')}</Text>}
        <Text>{t('proof.witnesses', { names: witnesses })}</Text>
        <details className="fold">
          <summary>{t('proof.show')}</summary>
          <Text size="sm">{t('proof.hint')}</Text>
          <dl className="proof">
            {Object.entries(proof.details).map(([name, value]) => (
              <div key={name}>
                <dt>{t(`proof.${name}`)}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      </Stack>
    </Alert>
  )
}
