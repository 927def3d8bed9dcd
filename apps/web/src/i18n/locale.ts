/** Languages of the screen. Spanish as spoken in Argentina is the first. */
export const LOCALES = ['es-AR', 'en'] as const
export type Locale = (typeof LOCALES)[number]

export const DEFAULT_LOCALE: Locale = 'es-AR'

/** A stored or foreign value to a locale; anything unknown is the default. */
export function toLocale(value: string | null | undefined): Locale {
  return LOCALES.find((locale) => locale === value) ?? DEFAULT_LOCALE
}
