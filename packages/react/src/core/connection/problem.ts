/** Why the connection is not open. The codes are stable: programs may switch on them. */
export type ProblemCode =
  /** No response at all: offline, DNS, a server that is down. */
  | 'network'
  /** The stream was cut before the run's ending. */
  | 'interrupted'
  /** Nothing arrived for `silenceMs`; the server pings more often than that. */
  | 'silent'
  /** A proxy buffers the stream's events; the run is polled instead. */
  | 'buffered'
  /** A proxy cuts the stream every few seconds; the run is polled instead. */
  | 'cut_short'
  /** The server restarts and has requested a reconnect after a delay. */
  | 'draining'
  /** 408, 425, 429 or 5xx. */
  | 'unavailable'
  /** 401: sign in again. */
  | 'session_expired'
  /** 403. */
  | 'forbidden'
  /** 404 for a run: it was removed, or is another tenant's. */
  | 'run_gone'
  /** 409. */
  | 'conflict'
  /** Any other 4xx. */
  | 'refused'
  /** A response that is not an event stream, or a frame that is not a valid event. */
  | 'bad_response'
  /** The connection was lost during a start, and the server lists no new run. */
  | 'not_started'
  /** Cancelled before the server had started anything. */
  | 'cancelled'

export interface ConnectionProblem {
  readonly code: ProblemCode
  /** A sentence for the operator (es-AR): the server's own `detail` where it sent one. */
  readonly message: string
  /** The server's own sentence, null if it sent none. */
  readonly detail: string | null
  /** HTTP status; null without a response. */
  readonly status: number | null
  /** The `code` of the server's problem document. */
  readonly serverCode: string | null
  /** The error that was thrown, for logs; never for the screen. */
  readonly cause?: unknown
}

/** The sentence for each code, used when the server sent no `detail`. */
export const PROBLEM_MESSAGES: Readonly<Record<ProblemCode, string>> = {
  network: 'No hay respuesta del servidor. Revisá tu conexión.',
  interrupted: 'Se cortó la conexión con el servidor.',
  silent: 'El servidor dejó de responder.',
  buffered: 'Un proxy retiene los eventos en el camino: consultamos el avance cada pocos segundos.',
  cut_short: 'Algo en el camino corta la conexión a cada rato: consultamos el avance cada pocos segundos.',
  draining: 'El servidor se está reiniciando.',
  unavailable: 'El servidor no está disponible en este momento.',
  session_expired: 'Tu sesión venció. Volvé a ingresar.',
  forbidden: 'No tenés permiso para ver esta sincronización.',
  run_gone: 'Esa sincronización ya no existe.',
  conflict: 'El servidor no puede hacerlo en este momento.',
  refused: 'El servidor rechazó el pedido.',
  bad_response: 'El servidor respondió algo inesperado.',
  not_started: 'No pudimos confirmar que la sincronización empezara. Probá de nuevo.',
  cancelled: 'Sincronización cancelada',
}

/**
 * A problem with its sentence.
 *
 * @param response what the server sent, if it responded, and the error that was thrown
 */
export function connectionProblem(
  code: ProblemCode,
  response: { status?: number; detail?: string | null; serverCode?: string | null; cause?: unknown } = {},
): ConnectionProblem {
  const detail = response.detail || null
  return {
    code,
    message: detail ?? PROBLEM_MESSAGES[code],
    detail,
    status: response.status ?? null,
    serverCode: response.serverCode ?? null,
    ...(response.cause === undefined ? {} : { cause: response.cause }),
  }
}
