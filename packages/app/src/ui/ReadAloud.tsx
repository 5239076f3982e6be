import { Button } from '@mantine/core'
import { IconPlayerStop, IconVolume } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { localeOf } from './format.ts'

/**
 * Lets the device speak. Only by a voice of its own: others send what they read to a server. Without one there is no
 * button, and the text stands there to be read.
 */
export function ReadAloud({ text }: { text: string }) {
  const { t, i18n } = useTranslation()
  const voice = useOwnVoice(i18n.language)
  const [isSpeaking, setSpeaking] = useState(false)
  useEffect(() => () => globalThis.speechSynthesis?.cancel(), [])
  if (!voice) return null

  function speak() {
    speechSynthesis.cancel()
    if (isSpeaking) return setSpeaking(false)
    const utterance = new SpeechSynthesisUtterance(text)
    utterance.voice = voice!
    utterance.lang = localeOf(i18n.language)
    utterance.onend = () => setSpeaking(false)
    utterance.onerror = () => setSpeaking(false)
    setSpeaking(true)
    speechSynthesis.speak(utterance)
  }

  return (
    <Button
      variant="default"
      size="md"
      leftSection={isSpeaking ? <IconPlayerStop aria-hidden /> : <IconVolume aria-hidden />}
      onClick={speak}
    >
      {t(isSpeaking ? 'aloud.stop' : 'aloud.read')}
    </Button>
  )
}

/** A voice that is on this device and speaks the language. They are often there only a moment after the page. */
function useOwnVoice(language: string): SpeechSynthesisVoice | undefined {
  const [voices, setVoices] = useState<readonly SpeechSynthesisVoice[]>([])
  useEffect(() => {
    if (!('speechSynthesis' in globalThis)) return
    const look = () => setVoices(speechSynthesis.getVoices())
    look()
    speechSynthesis.addEventListener('voiceschanged', look)
    return () => speechSynthesis.removeEventListener('voiceschanged', look)
  }, [])
  return voices.find(({ localService, lang }) => localService && lang.toLowerCase().startsWith(language))
}
