import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import { readPreference, writePreference } from '../lib/storage.js'
import { en } from './en.js'
import { esAr } from './es-ar.js'
import { LOCALES, type Locale, toLocale } from './locale.js'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof esAr }
  }
}

/** Starts i18next in the stored language, and keeps the document's `lang` in sync with it. */
export function startI18n(): void {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language
  })
  void i18next.use(initReactI18next).init({
    lng: toLocale(readPreference('language')),
    fallbackLng: LOCALES[0],
    supportedLngs: [...LOCALES],
    resources: { 'es-AR': { translation: esAr }, en: { translation: en } },
    // React escapes what it renders; escaping twice would show entities.
    interpolation: { escapeValue: false },
  })
}

/** The current language. */
export function useLocale(): Locale {
  return toLocale(useTranslation().i18n.language)
}

/** Changes the language and stores it on this device. */
export function setLocale(locale: Locale): void {
  writePreference('language', locale)
  void i18next.changeLanguage(locale)
}
