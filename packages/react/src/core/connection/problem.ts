/** Why the connection is not what it should be. Stable: programs may switch on it. */
export type ProblemCode =
  /** No answer at all: offline, DNS, a server that is down. */
  | 'network'
  /** The stream was cut before the run's ending. */
  | 'interrupted'
  /** Nothing arrived for longer than the server ever stays silent. */
  | 'silent'
  /** The stream works, but something in between holds its events back; the run is asked for instead. */
  | 'buffered'
  /** Something in between cuts the stream every few seconds; the run is asked for instead. */
  | 'cut_short'
  /** The server is restarting and asked to come back shortly. */
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
  /** An answer that is no event stream, or a frame that is no event. */
  | 'bad_response'
  /** The connection was lost while starting, and the server shows no run of ours. */
  | 'not_started'
  /** Cancelled before the server had started anything. */
  | 'cancelled'

export interface ConnectionProblem {
  readonly code: ProblemCode
  /** A sentence for the operator (es-AR): the server's own `detail` where it sent one. */
  readonly message: string
  /** The server's own sentence, null if it sent none. */
  readonly detail: string | null
  /** HTTP status, where an answer came. */
  readonly status: number | null
  /** The `code` of the server's problem document. */
  readonly serverCode: string | null
  /** What was thrown underneath, for a log; never for the screen. */
  readonly cause?: unknown
}

/** What is said for each code when the server did not say it better. */
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

/** A problem with its sentence. `answer` is what the server said of it, where it said anything. */
export function connectionProblem(
  code: ProblemCode,
  answer: { status?: number; detail?: string | null; serverCode?: string | null; cause?: unknown } = {},
): ConnectionProblem {
  const detail = answer.detail || null
  return {
    code,
    message: detail ?? PROBLEM_MESSAGES[code],
    detail,
    status: answer.status ?? null,
    serverCode: answer.serverCode ?? null,
    ...(answer.cause === undefined ? {} : { cause: answer.cause }),
  }
}
