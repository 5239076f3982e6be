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

const loadStaff: Record<Language, () => Promise<{ staff: object }>> = {
  en: () => import('./en/staff.ts'),
  hi: () => import('./hi/staff.ts'),
  pa: () => import('./pa/staff.ts'),
}
const staffKnown = new Set<Language>()
let speaksToStaff = false

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
  if (speaksToStaff) await learnStaff(language)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  document.documentElement.dir = i18next.dir(language)
  document.title = i18next.t('app')
}

/** For those who work here: their sentences come with their first page. */
export async function speakToStaff(): Promise<void> {
  speaksToStaff = true
  await learnStaff('en')
  await learnStaff(i18next.language as Language)
}

async function learnStaff(language: Language): Promise<void> {
  if (staffKnown.has(language)) return
  const { staff } = await loadStaff[language]()
  i18next.addResourceBundle(language, 'translation', staff, true, false)
  staffKnown.add(language)
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(rememberedAs, language)
  await speak(language)
}
