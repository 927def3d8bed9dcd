import { createHash } from 'node:crypto'
import { type CronExpression, CronExpressionParser } from 'cron-parser'

/** The time zone of every schedule. Argentina has had no daylight saving time since 2009. */
export const TIME_ZONE = 'America/Argentina/Buenos_Aires'

/** Tenants whose schedules share a minute are spread over this time. */
const SPREAD_MS = 5 * 60_000

/** An error message in Spanish for the operator; null when the cron expression is valid. */
export function cronProblem(cron: string): string | null {
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== 5) {
    return `Tiene que tener cinco partes: minuto, hora, día del mes, mes y día de la semana. Por ejemplo, «0 3 * * *» es todos los días a las 3. Esta tiene ${fields[0] === '' ? 0 : fields.length}.`
  }
  const odd = fields.find((field) => !/^[\d*,/A-Za-z-]+$/.test(field))
  if (odd !== undefined) return `«${odd}» no se entiende. Se usan números, «*», «,», «-» y «/».`
  try {
    occurrencesAfter(cron, new Date(0)).next()
    return null
  } catch {
    return 'Tiene un valor fuera de rango, o un día que no existe. Minutos de 0 a 59, horas de 0 a 23, días de 1 a 31, meses de 1 a 12 y días de la semana de 0 (domingo) a 6.'
  }
}

/**
 * When a tenant's schedule starts its next run, after `from`: an occurrence of the cron expression plus the
 * tenant's delay. The delay is constant for a tenant, below five minutes, and ends before the next occurrence.
 * @throws when the expression is invalid, see {@link cronProblem}.
 */
export function nextScheduledTime(cron: string, tenantId: string, from: Date): Date {
  // An occurrence before `from` may be due after it, because of the delay.
  const occurrences = occurrencesAfter(cron, new Date(from.getTime() - SPREAD_MS))
  let at = occurrences.next().getTime()
  for (;;) {
    const following = occurrences.next().getTime()
    const due = at + delayOf(tenantId, Math.min(SPREAD_MS, following - at))
    if (due > from.getTime()) return new Date(due)
    at = following
  }
}

/** The occurrences strictly after a time, one at each call of `next()`. @throws when the expression is invalid. */
function occurrencesAfter(cron: string, after: Date): CronExpression {
  return CronExpressionParser.parse(cron, { tz: TIME_ZONE, currentDate: after })
}

/** A delay in [0, rangeMs) that depends on the tenant only. */
function delayOf(tenantId: string, rangeMs: number): number {
  const share = createHash('sha256').update(tenantId).digest().readUInt32BE() / 2 ** 32
  return Math.floor(share * rangeMs)
}
