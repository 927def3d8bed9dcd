import { createHash } from 'node:crypto'
import { PgBoss } from 'pg-boss'

/** Schedules are of the shop's clock. Argentina has had no daylight saving time since 2009. */
export const TIME_ZONE = 'America/Argentina/Buenos_Aires'

/** Over how long the tenants that chose the same minute are spread. */
const SPREAD_MS = 5 * 60_000

/** The job queue brings a parser of cron expressions; this instance is never started and opens nothing. */
const parser = new PgBoss({
  db: { executeSql: () => Promise.reject(new Error('Only for reading cron expressions.')) },
  supervise: false,
  schedule: false,
  migrate: false,
})

/** What is wrong with a cron expression, as a sentence for the operator; null when nothing is. */
export function cronProblem(cron: string): string | null {
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== 5) {
    return `Tiene que tener cinco partes: minuto, hora, día del mes, mes y día de la semana. Por ejemplo, «0 3 * * *» es todos los días a las 3. Esta tiene ${fields[0] === '' ? 0 : fields.length}.`
  }
  const odd = fields.find((field) => !/^[\d*,/A-Za-z-]+$/.test(field))
  if (odd !== undefined) return `«${odd}» no se entiende. Se usan números, «*», «,», «-» y «/».`
  try {
    nextOccurrence(cron, new Date(0))
    return null
  } catch {
    return 'Tiene un valor fuera de rango, o un día que no existe. Minutos de 0 a 59, horas de 0 a 23, días de 1 a 31, meses de 1 a 12 y días de la semana de 0 (domingo) a 6.'
  }
}

/**
 * When a tenant's work of this expression is due next, after `from`: the occurrence and a delay that is
 * always the same for a tenant, below five minutes and never as far as the occurrence that follows.
 */
export function nextDue(cron: string, tenantId: string, from: Date): Date {
  // The delay of an occurrence before `from` may lead beyond it.
  let at = nextOccurrence(cron, new Date(from.getTime() - SPREAD_MS))
  for (;;) {
    const following = nextOccurrence(cron, at)
    const delay = spread(tenantId, Math.min(SPREAD_MS, following.getTime() - at.getTime()))
    const due = new Date(at.getTime() + delay)
    if (due > from) return due
    at = following
  }
}

function nextOccurrence(cron: string, after: Date): Date {
  const [next] = parser.previewSchedule(cron, { tz: TIME_ZONE, from: after, count: 1 })
  if (!next) throw new RangeError(`${cron} does not come again.`)
  return next
}

/** In [0, range), by the tenant alone. */
function spread(tenantId: string, range: number): number {
  const share = createHash('sha256').update(tenantId).digest().readUInt32BE() / 2 ** 32
  return Math.floor(share * range)
}
