import type { GuardKind, LoggedEvent, RunErrorCode, RunMode } from '@espejo/contract'

/** The events of a run whose text an operator reads. */
export function startEvent(run: { id: string; mode: RunMode }, at: Date): LoggedEvent {
  return {
    event: 'start',
    data: {
      message: 'Iniciando sincronización de productos',
      timestamp: at.toISOString(),
      runId: run.id,
      mode: run.mode,
    },
  }
}

export function errorEvent(
  code: RunErrorCode,
  message: string,
  at: Date,
): Extract<LoggedEvent, { event: 'error' }> {
  return { event: 'error', data: { success: false, message, timestamp: at.toISOString(), code } }
}

export function cancelledEvent(at: Date): Extract<LoggedEvent, { event: 'error' }> {
  return errorEvent('cancelled', 'Sincronización cancelada. Lo que ya se había guardado queda guardado.', at)
}

/** A person has refused the run's guard. @param guard null when its row has been deleted */
export function guardRefusedEvent(guard: GuardSummary | null, at: Date): LoggedEvent {
  return errorEvent('guard_refused', `Se rechazó ${guardText(guard)} ${KEPT}`, at)
}

/** The run's guard has expired without a decision. */
export function guardExpiredEvent(guard: GuardSummary | null, at: Date): LoggedEvent {
  return errorEvent('guard_expired', `Nadie decidió a tiempo sobre ${guardText(guard)} ${KEPT}`, at)
}

interface GuardSummary {
  kind: GuardKind
  subject: string
  count: number
}

const KEPT = 'Siguen en el espejo como estaban, y lo que ya se había guardado queda guardado.'

function guardText(guard: GuardSummary | null): string {
  if (guard === null) return 'lo que esta sincronización preguntó.'
  const what = `${new Intl.NumberFormat('es-AR').format(guard.count)} ${nounOf(guard)}`
  return guard.kind === 'retire'
    ? `la baja de ${what} que Cianbox dejó de mostrar.`
    : `el cambio de ${what} que no se parece a los anteriores.`
}

function nounOf({ subject, count }: GuardSummary): string {
  const [one, many] = NOUNS[subject] ?? ['registro', 'registros']
  return count === 1 ? one : many
}

const NOUNS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  products: ['producto', 'productos'],
  categories: ['categoría', 'categorías'],
  brands: ['marca', 'marcas'],
  price_lists: ['lista de precios', 'listas de precios'],
  seasons: ['temporada', 'temporadas'],
  branches: ['sucursal', 'sucursales'],
  exchange_rates: ['cotización', 'cotizaciones'],
}
