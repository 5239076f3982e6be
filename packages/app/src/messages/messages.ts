import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from './en.ts'

/** Each in its own script, so that whoever looks for it finds it. */
export const languages = { en: 'English', hi: 'हिन्दी', pa: 'ਪੰਜਾਬੀ' } as const
export type Language = keyof typeof languages

const load: Record<Exclude<Language, 'en'>, () => Promise<object>> = {
  hi: async () => (await import('./hi.ts')).hi,
  pa: async () => {
    const [{ pa }, { months }] = await Promise.all([import('./pa.ts'), import('./pa/months.ts')])
    return { ...pa, ...months }
  },
}

/** Sentences that are not needed at first, by what needs them; loaded when somebody first does. */
const parts = {
  staff: {
    en: async () => (await import('./en/staff.ts')).staff,
    hi: async () => (await import('./hi/staff.ts')).staff,
    pa: async () => (await import('./pa/staff.ts')).staff,
  },
  emergency: {
    en: async () => (await import('./en/emergency.ts')).emergency,
    hi: async () => (await import('./hi/emergency.ts')).emergency,
    pa: async () => (await import('./pa/emergency.ts')).emergency,
  },
  leaving: {
    en: async () => (await import('./en/leaving.ts')).leaving,
    hi: async () => (await import('./hi/leaving.ts')).leaving,
    pa: async () => (await import('./pa/leaving.ts')).leaving,
  },
  own: {
    en: async () => (await import('./en/own.ts')).own,
    hi: async () => (await import('./hi/own.ts')).own,
    pa: async () => (await import('./pa/own.ts')).own,
  },
  join: {
    en: async () => (await import('./en/join.ts')).join,
    hi: async () => (await import('./hi/join.ts')).join,
    pa: async () => (await import('./pa/join.ts')).join,
  },
  recover: {
    en: async () => (await import('./en/recover.ts')).recover,
    hi: async () => (await import('./hi/recover.ts')).recover,
    pa: async () => (await import('./pa/recover.ts')).recover,
  },
  countries: {
    en: async () => (await import('./en/countries.ts')).countries,
    hi: async () => (await import('./hi/countries.ts')).countries,
    pa: async () => (await import('./pa/countries.ts')).countries,
  },
  visits: {
    en: async () => (await import('./en/visitors.ts')).visitors,
    hi: async () => (await import('./hi/visitors.ts')).visitors,
    pa: async () => (await import('./pa/visitors.ts')).visitors,
  },
  care: {
    en: async () => (await import('./en/care.ts')).care,
    hi: async () => (await import('./hi/care.ts')).care,
    pa: async () => (await import('./pa/care.ts')).care,
  },
  orders: {
    en: async () => (await import('./en/orders.ts')).orders,
    hi: async () => (await import('./hi/orders.ts')).orders,
    pa: async () => (await import('./pa/orders.ts')).orders,
  },
  wallet: {
    en: async () => (await import('./en/wallet.ts')).wallet,
    hi: async () => (await import('./hi/wallet.ts')).wallet,
    pa: async () => (await import('./pa/wallet.ts')).wallet,
  },
} satisfies Record<string, Record<Language, () => Promise<object>>>
export type Part = keyof typeof parts
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
}

/** From now on these sentences are there, in every language that is chosen. */
async function learn(part: Part): Promise<void> {
  wanted.add(part)
  await learnIn('en', part)
  await learnIn(i18next.language as Language, part)
}

/** What `load` brings, together with its sentences. */
export const saying =
  <Loaded>(part: Part, load: () => Promise<Loaded>) =>
  async (): Promise<Loaded> => {
    const [loaded] = await Promise.all([load(), learn(part)])
    return loaded
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
