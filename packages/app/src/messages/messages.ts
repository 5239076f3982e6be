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

/** What most people never read comes with the first page that says it. */
const loadLater = {
  staff: {
    en: async () => (await import('./en/staff.ts')).staff,
    hi: async () => (await import('./hi/staff.ts')).staff,
    pa: async () => (await import('./pa/staff.ts')).staff,
  },
  care: {
    en: async () => (await import('./en/care.ts')).care,
    hi: async () => (await import('./hi/care.ts')).care,
    pa: async () => (await import('./pa/care.ts')).care,
  },
} satisfies Record<string, Record<Language, () => Promise<object>>>
type Subject = keyof typeof loadLater
const known = new Set<`${Subject} ${Language}`>()
const subjects = new Set<Subject>()

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
  for (const subject of subjects) await learn(subject, language)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  document.documentElement.dir = i18next.dir(language)
  document.title = i18next.t('app')
}

/** For those who work here: their sentences come with their first page. */
export const speakToStaff = (): Promise<void> => speakOf('staff')

/** For somebody who looks after another, and whoever is looked after. */
export const speakOfCare = (): Promise<void> => speakOf('care')

async function speakOf(subject: Subject): Promise<void> {
  subjects.add(subject)
  await learn(subject, 'en')
  await learn(subject, i18next.language as Language)
}

async function learn(subject: Subject, language: Language): Promise<void> {
  if (known.has(`${subject} ${language}`)) return
  i18next.addResourceBundle(language, 'translation', await loadLater[subject][language](), true, false)
  known.add(`${subject} ${language}`)
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(rememberedAs, language)
  await speak(language)
}
