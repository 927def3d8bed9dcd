import type { RunPhase, WaitingReason } from '@espejo/contract'
import { PROBLEM_MESSAGES, type ProblemCode } from '../core/connection/problem.js'

export type Locale = 'es-AR' | 'en'

/** All texts of the component. Numbers and times are passed already formatted. */
export interface Labels {
  title: string
  start: string
  running: string
  cancel: string
  cancelling: string
  /** Replaces the buttons for a person who may only watch. */
  watchOnly: string
  connecting: string
  reconnecting: string
  progress: string
  page: (page: string, totalPages: string) => string
  processed: string
  created: string
  updated: string
  unchanged: string
  errors: string
  retired: string
  rate: (perSecond: string) => string
  eta: (duration: string) => string
  phases: Record<RunPhase, string>
  waiting: Record<WaitingReason, string>
  until: (time: string) => string
  completed: string
  /** Replaces `completed` if rows were rejected. */
  completedWithRejects: (rejects: string) => string
  /** Replaces both if nothing was stored (`preview`). */
  previewed: string
  total: (products: string) => string
  duration: string
  cancelled: string
  cancelFailed: string
  problems: Record<ProblemCode, string>
}

/** The texts of a locale, some replaced by `overrides`. */
export function labelsOf(locale: Locale, overrides: Partial<Labels> = {}): Labels {
  return { ...(locale === 'en' ? ENGLISH : SPANISH), ...overrides }
}

const SPANISH: Labels = {
  title: 'Sincronizar Productos',
  start: 'Iniciar Sincronización',
  running: 'Sincronizando...',
  cancel: 'Cancelar',
  cancelling: 'Cancelando...',
  watchOnly: 'Tu usuario puede ver las sincronizaciones, pero no iniciarlas ni cancelarlas.',
  connecting: 'Conectando…',
  reconnecting: 'Reconectando…',
  progress: 'Progreso de la sincronización',
  page: (page, totalPages) => `Página ${page} de ${totalPages}`,
  processed: 'Procesados',
  created: 'Creados',
  updated: 'Actualizados',
  unchanged: 'Sin cambios',
  errors: 'Errores',
  retired: 'Dados de baja',
  rate: (perSecond) => `${perSecond} por segundo`,
  eta: (duration) => `Tiempo restante: ${duration}`,
  phases: {
    references: 'Listas de referencia',
    products: 'Productos',
    drift: 'Repaso de lo que cambió',
    sweep: 'Bajas',
  },
  waiting: {
    retry_after: 'Esperando a Cianbox: pidió una pausa',
    backoff: 'Esperando a Cianbox: falló un pedido y lo vamos a repetir',
    rate_limit: 'Esperando a Cianbox: cuidamos el límite de pedidos',
    circuit_open: 'Esperando a Cianbox: no responde, volvemos a probar en un rato',
    daily_budget: 'Esperando a Cianbox: se usaron los pedidos de hoy',
    paused: 'En pausa',
    sweep_confirmation: 'Esperando una confirmación para dar de baja productos',
    guard: 'Esperando una decisión',
  },
  until: (time) => `hasta las ${time}`,
  completed: 'Sincronización completada',
  completedWithRejects: (rejects) =>
    `Sincronización terminada con ${rejects} ${rejects === '1' ? 'rechazado' : 'rechazados'}`,
  previewed: 'Prueba terminada: no se guardó nada',
  total: (products) => `Total: ${products} productos`,
  duration: 'Duración',
  cancelled: 'Sincronización cancelada',
  cancelFailed: 'No se pudo cancelar, la sincronización sigue.',
  problems: PROBLEM_MESSAGES,
}

const ENGLISH: Labels = {
  title: 'Sync products',
  start: 'Start sync',
  running: 'Syncing...',
  cancel: 'Cancel',
  cancelling: 'Cancelling...',
  watchOnly: 'Your user may see the syncs, but not start or cancel them.',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  progress: 'Sync progress',
  page: (page, totalPages) => `Page ${page} of ${totalPages}`,
  processed: 'Processed',
  created: 'Created',
  updated: 'Updated',
  unchanged: 'Unchanged',
  errors: 'Errors',
  retired: 'Retired',
  rate: (perSecond) => `${perSecond} per second`,
  eta: (duration) => `Time left: ${duration}`,
  phases: {
    references: 'Reference lists',
    products: 'Products',
    drift: 'Second look at what changed',
    sweep: 'Retirements',
  },
  waiting: {
    retry_after: 'Waiting for Cianbox: it asked for a pause',
    backoff: 'Waiting for Cianbox: a request failed and will be repeated',
    rate_limit: 'Waiting for Cianbox: keeping to the request limit',
    circuit_open: 'Waiting for Cianbox: it does not answer, trying again in a while',
    daily_budget: "Waiting for Cianbox: today's requests are spent",
    paused: 'Paused',
    sweep_confirmation: 'Waiting for a confirmation that products are retired',
    guard: 'Waiting for a decision',
  },
  until: (time) => `until ${time}`,
  completed: 'Sync complete',
  completedWithRejects: (rejects) => `Sync finished with ${rejects} rejected`,
  previewed: 'RecoveryAttempt finished: nothing was stored',
  total: (products) => `Total: ${products} products`,
  duration: 'Duration',
  cancelled: 'Sync cancelled',
  cancelFailed: 'Could not cancel, the sync goes on.',
  problems: {
    network: 'The server does not answer. Check your connection.',
    interrupted: 'The connection to the server was cut.',
    silent: 'The server stopped answering.',
    buffered: 'A proxy on the way holds events back: we ask for the progress every few seconds.',
    cut_short:
      'Something on the way keeps cutting the connection: we ask for the progress every few seconds.',
    draining: 'The server is restarting.',
    unavailable: 'The server is not available just now.',
    session_expired: 'Your session has expired. Sign in again.',
    forbidden: 'You may not see this sync.',
    run_gone: 'That sync no longer exists.',
    conflict: 'The server cannot do that just now.',
    refused: 'The server refused the request.',
    bad_response: 'The server answered something unexpected.',
    not_started: 'We could not confirm that the sync started. Try again.',
    cancelled: 'Sync cancelled',
  },
}
