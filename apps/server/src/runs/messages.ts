import type { LoggedEvent, RunErrorCode, RunMode } from '@espejo/contract'

/** The sentences of a run's own events, as the operator reads them. */
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
