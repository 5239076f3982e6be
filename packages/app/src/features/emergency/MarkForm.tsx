import { Alert, Button, Checkbox, Radio, Stack, Text, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { topicNames, type Topic } from '../../chart/topics.ts'
import type { Hex, Marked } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { formatList, loweredList, nameOfOrganisation } from '../../ui/format.ts'

/** One alone would hold the key (B1). */
const trusteesMin = 2
const trusteesMax = 9
/** What a stranger's hands need first. */
const usualTopics: Topic[] = ['summary', 'vitals']

/** What, by whom together, and one sentence that says it back before it is done. */
export function MarkForm({
  marked,
  onBack,
  onDone,
}: {
  marked: Marked
  onBack: () => void
  onDone: () => Promise<void>
}) {
  const { t, i18n } = useTranslation()
  const { language } = i18n
  // Those who did not answer cannot keep a part now.
  const candidates = marked.candidates.filter(({ name }) => name !== null)
  const chosenBefore = marked.trustees.map(({ account }) => account)
  const [topics, setTopics] = useState(marked.topics.length > 0 ? marked.topics : usualTopics)
  const [trustees, setTrustees] = useState<Hex[]>(
    chosenBefore.length > 0 ? chosenBefore : candidates.slice(0, trusteesMax).map(({ account }) => account),
  )
  const [wish, setWish] = useState(marked.threshold || trusteesMin)
  const threshold = Math.min(Math.max(wish, trusteesMin), Math.max(trustees.length, trusteesMin))
  const mark = useMutation({
    mutationFn: () => keeper.mark({ topics, trustees, threshold }),
    onSuccess: onDone,
  })
  const names = formatList(
    language,
    candidates
      .filter(({ account }) => trustees.includes(account))
      .map((organisation) => nameOfOrganisation(t, organisation)),
  )
  const isWhole = topics.length > 0 && trustees.length >= trusteesMin && trustees.length <= trusteesMax
  return (
    <Stack>
      <Title order={1}>{t('emergency.choose')}</Title>
      <Checkbox.Group
        size="md"
        label={t('emergency.topics')}
        value={topics}
        onChange={(value) => setTopics(value as Topic[])}
      >
        <Stack gap="sm" mt="xs">
          {topicNames.map((topic) => (
            <Checkbox key={topic} size="md" value={topic} label={t(`topic.${topic}`)} />
          ))}
        </Stack>
      </Checkbox.Group>
      {candidates.length < trusteesMin ? (
        <Text role="alert">{t('emergency.few')}</Text>
      ) : (
        <>
          <Checkbox.Group
            size="md"
            label={t('emergency.trustees')}
            description={t('emergency.trusteesWhy')}
            value={trustees}
            onChange={(value) => setTrustees(value as Hex[])}
          >
            <Stack gap="sm" mt="xs">
              {candidates.map((organisation) => (
                <Checkbox
                  key={organisation.account}
                  size="md"
                  value={organisation.account}
                  label={nameOfOrganisation(t, organisation)}
                />
              ))}
            </Stack>
          </Checkbox.Group>
          {trustees.length > trusteesMin && (
            <Radio.Group
              size="md"
              label={t('emergency.threshold')}
              value={String(threshold)}
              onChange={(value) => setWish(Number(value))}
            >
              <Stack gap="sm" mt="xs">
                {Array.from({ length: trustees.length - 1 }, (_, index) => index + trusteesMin).map(
                  (some) => (
                    <Radio
                      key={some}
                      size="md"
                      value={String(some)}
                      label={t('guardians.howMany', { threshold: some, count: trustees.length })}
                    />
                  ),
                )}
              </Stack>
            </Radio.Group>
          )}
        </>
      )}
      <Alert role="status" color="teal" variant="light" aria-live="polite">
        <Text size="lg" c="var(--mantine-color-text)">
          {topics.length === 0
            ? t('emergency.chooseTopic')
            : isWhole
              ? t('emergency.sentence', { threshold, names, topics: loweredList(t, language, topics) })
              : t('emergency.trusteesWhy')}
        </Text>
      </Alert>
      {mark.isError && <FailureNote error={mark.error} saved={t('emergency.notSaved')} />}
      <Button size="md" disabled={!isWhole} loading={mark.isPending} onClick={() => mark.mutate()}>
        {t('emergency.confirm')}
      </Button>
      {mark.isPending && <Text role="status">{t('emergency.working')}</Text>}
      <Button size="md" variant="default" disabled={mark.isPending} onClick={onBack}>
        {t('cancel')}
      </Button>
    </Stack>
  )
}
