/** Languages of the app. The first is the default. */
export const LOCALES = ['es-AR', 'en'] as const
export type Locale = (typeof LOCALES)[number]

export const DEFAULT_LOCALE: Locale = 'es-AR'

/** Parses a stored value; an unknown one gives the default locale. */
export function toLocale(value: string | null | undefined): Locale {
  return LOCALES.find((locale) => locale === value) ?? DEFAULT_LOCALE
}
