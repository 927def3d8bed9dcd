import cronstrue from 'cronstrue'
import 'cronstrue/locales/es.js'
import type { Locale } from '../i18n/locale.js'

/**
 * A cron expression as a sentence: `30 6 * * 1-5` is «A las 06:30, de lunes a viernes».
 *
 * @returns `null` for an expression that is not one of five fields. The server alone validates it.
 */
export function describeCron(expression: string, locale: Locale): string | null {
  if (expression.trim().split(/\s+/).length !== 5) return null
  try {
    return cronstrue.toString(expression, {
      locale: locale === 'en' ? 'en' : 'es',
      use24HourTimeFormat: true,
    })
  } catch {
    return null
  }
}
