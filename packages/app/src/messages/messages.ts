import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from './en.ts'

/** Each in its own script, so that whoever looks for it finds it. */
export const languages = { en: 'English', hi: 'हिन्दी', pa: 'ਪੰਜਾਬੀ' } as const
export type Language = keyof typeof languages

const load: Record<Exclude<Language, 'en'>, () => Promise<object>> = {
  hi: async () => (await import('./hi.ts')).hi,
  pa: async () => (await import('./pa.ts')).pa,
}

/** Sentences that few people need, by who needs them; loaded when somebody first does. */
const parts = {
  staff: {
    en: async () => (await import('./en/staff.ts')).staff,
    hi: async () => (await import('./hi/staff.ts')).staff,
    pa: async () => (await import('./pa/staff.ts')).staff,
  },
  wallet: {
    en: async () => (await import('./en/wallet.ts')).wallet,
    hi: async () => (await import('./hi/wallet.ts')).wallet,
    pa: async () => (await import('./pa/wallet.ts')).wallet,
  },
} satisfies Record<string, Record<Language, () => Promise<object>>>
type Part = keyof typeof parts
const wanted = new Set<Part>()
const known = new Set<string>()

const rememberedAs = 'hre.language'

/** In the language chosen here before, else the device's, else English. */
export async function startMessages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  })
  const wished = [localStorage.getItem(rememberedAs), ...navigator.languages.map((tag) => tag.slice(0, 2))]
  await speak(wished.find((tag): tag is Language => tag !== null && Object.hasOwn(languages, tag)) ?? 'en')
}

export async function speak(language: Language): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation'))
    i18next.addResourceBundle(language, 'translation', await load[language]())
  for (const part of wanted) await learnIn(language, part)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  document.documentElement.dir = i18next.dir(language)
  document.title = i18next.t('app')
}

/** From now on these sentences are there, in every language that is chosen. */
export async function learn(part: Part): Promise<void> {
  wanted.add(part)
  await learnIn('en', part)
  await learnIn(i18next.language as Language, part)
}

async function learnIn(language: Language, part: Part): Promise<void> {
  if (known.has(`${part} ${language}`)) return
  i18next.addResourceBundle(language, 'translation', await parts[part][language](), true, false)
  known.add(`${part} ${language}`)
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(rememberedAs, language)
  await speak(language)
}
