import { ownTitle } from '@hre/fhir'
import { Alert, Button, Group, Paper, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/navigation.tsx'
import type { ChartItem } from '../../chart/item.ts'
import type { Hex } from '../../keeper/api.ts'
import type {
  OpenedOrder,
  ReportDocument,
  ResultsWish,
  TestForm,
  TypedResult,
} from '../../keeper/desk-api.ts'
import { keeper } from '../../keeper/client.ts'
import { accountIn } from '../../ui/code.ts'
import { FilingFailure } from '../../ui/FilingFailure.tsx'
import { minuteNow, withOffset } from '../../ui/localTime.ts'
import { Countersigner, ForWhom } from './ForWhom.tsx'
import { ReportFile } from './ReportFile.tsx'
import { ResultFields } from './ResultFields.tsx'
import { TakenAt } from './TakenAt.tsx'
import { usualTests } from './tests.ts'
import { worklistKey } from './useWorklist.ts'

const empty: TypedResult = {
  code: null,
  title: '',
  value: '',
  unit: '',
  low: '',
  high: '',
  basedOn: null,
}

interface ResultsFormParts {
  order: OpenedOrder | null
  onFiled?: () => void
}

/** Results typed from the bench, and the report beside them. @param order - what is answered; null: nobody ordered it. */
export function ResultsForm({ order, onFiled }: ResultsFormParts) {
  const { data: forms } = useQuery({ queryKey: ['test-forms'], queryFn: () => keeper.testForms() })
  // Units and ranges of the last time are there from the beginning.
  return forms && <Typing order={order} forms={forms} onFiled={onFiled} />
}

function Typing({
  order,
  forms,
  onFiled,
}: {
  order: OpenedOrder | null
  forms: Record<string, TestForm>
  onFiled: (() => void) | undefined
}) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [code, setCode] = useState('')
  const [countersigner, setCountersigner] = useState<Hex | null>(null)
  const [takenAt, setTakenAt] = useState(minuteNow)
  const ordered = order?.items.filter((item) => item.order === 'awaited') ?? []
  const [results, setResults] = useState<readonly TypedResult[]>(
    order ? ordered.map((item) => asked(item, forms)) : [empty],
  )
  const [report, setReport] = useState<ReportDocument | null>(null)
  const [comment, setComment] = useState('')
  const [isTried, setTried] = useState(false)
  const patient = order?.of.patient ?? accountIn(code)
  // A report says what was not typed.
  const typed = report ? results.filter(({ value }) => value.trim() !== '') : results
  const isReportComplete = !report || ownTitle(report.title) !== ''
  const isComplete =
    takenAt !== '' && typed.every(isFilled) && isReportComplete && (typed.length > 0 || report !== null)
  const file = useMutation({
    mutationFn: (wish: ResultsWish) => keeper.fileResults(wish),
    async onSuccess(standing) {
      if (standing === 'filed') onFiled?.()
      await queries.invalidateQueries({ queryKey: ['test-forms'] })
    },
    // Also after a failure: it may be filed, or somebody else was quicker.
    onSettled: () => queries.invalidateQueries({ queryKey: worklistKey }),
  })

  function sign(event: React.FormEvent) {
    event.preventDefault()
    setTried(true)
    if (!isComplete || !patient) return
    file.mutate({
      patient,
      order: order?.of.batch ?? null,
      ordered: ordered.map(({ record }) => record),
      results: typed.map((result) => ({ ...result })),
      document: report,
      takenAt: withOffset(takenAt),
      comment: comment.trim(),
      countersigner,
    })
  }

  if (file.data === 'filed') return <Done isAwaited={countersigner !== null} />
  if (file.data) return <NotFiled standing={file.data} />
  return (
    <Stack component="form" onSubmit={sign}>
      {order ? (
        <Countersigner value={countersigner} onChange={setCountersigner} />
      ) : (
        <ForWhom
          code={code}
          onCode={setCode}
          codeError={isTried && !patient ? t('patients.codeWrong') : undefined}
          countersigner={countersigner}
          onCountersigner={setCountersigner}
        />
      )}
      <TakenAt value={takenAt} isTried={isTried} onChange={setTakenAt} />
      {results.map((result, index) => (
        <Paper
          key={index}
          withBorder
          p="md"
          component="section"
          aria-label={t('laboratory.result', { number: index + 1 })}
        >
          <ResultFields
            result={result}
            forms={forms}
            isTried={isTried && typed.includes(result)}
            onChange={(changed) => setResults(results.with(index, changed))}
          />
          {(results.length > 1 || report) && (
            <Button
              mt="sm"
              variant="subtle"
              onClick={() => setResults(results.filter((_, other) => other !== index))}
            >
              {t('laboratory.remove')}
            </Button>
          )}
        </Paper>
      ))}
      <Group>
        <Button size="md" variant="default" onClick={() => setResults([...results, empty])}>
          {t('laboratory.another')}
        </Button>
      </Group>
      <ReportFile report={report} isTried={isTried} onChange={setReport} />
      <Textarea
        size="md"
        label={t('laboratory.comment')}
        rows={2}
        maxLength={2000}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Text>{t('laboratory.warning')}</Text>
      {file.isError && (
        <FilingFailure error={file.error} not={t('laboratory.notFiled')} maybe={t('laboratory.maybeFiled')} />
      )}
      <Button type="submit" size="md" loading={file.isPending}>
        {t(signWords(report !== null, typed.length), { count: typed.length })}
      </Button>
      {file.isPending && <Text role="status">{t('note.working')}</Text>}
    </Stack>
  )
}

const asked = (item: ChartItem, forms: Record<string, TestForm>): TypedResult => ({
  ...empty,
  code: usualTests.some(({ code }) => code === item.code) ? item.code : null,
  title: item.title,
  unit: usualTests.find(({ code }) => code === item.code)?.unit ?? '',
  ...(item.code && forms[item.code]),
  basedOn: item.record,
})

function signWords(hasReport: boolean, count: number) {
  if (!hasReport) return 'laboratory.sign'
  return count === 0 ? 'laboratory.signReport' : 'laboratory.signReportWith'
}

const isFilled = ({ title, value }: TypedResult): boolean => title.trim() !== '' && value.trim() !== ''

/** The order did not wait any more. */
function NotFiled({ standing }: { standing: 'withdrawn' | 'answered' }) {
  const { t } = useTranslation()
  return (
    <Stack>
      <Alert role="alert" color="orange" variant="outline" title={t(`filling.${standing}`)}>
        {t('filling.nothing')}
      </Alert>
      <Button component={Link} to="/" size="md">
        {t('laboratory.back')}
      </Button>
    </Stack>
  )
}

/** Signed and filed, and what happens next. */
export function Done({ isAwaited }: { isAwaited: boolean }) {
  const { t } = useTranslation()
  return (
    <Stack>
      <Alert role="status" color="teal" variant="outline">
        {t(isAwaited ? 'laboratory.doneAwaited' : 'laboratory.done')}
      </Alert>
      <Button component={Link} to="/" size="md">
        {t('laboratory.back')}
      </Button>
    </Stack>
  )
}
