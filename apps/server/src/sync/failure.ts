import type { CianboxErrorKind } from '@espejo/cianbox'
import type { RunErrorCode } from '@espejo/contract'

/** The run cannot go on, for a reason that an operator can act on. */
export class RunFailure extends Error {
  override name = 'RunFailure'
  readonly code: RunErrorCode
  /** `message` is a sentence for the operator. */
  constructor(code: RunErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The source's pages make no catalogue. `what` completes «Cianbox …». */
export function pagingError(what: string): RunFailure {
  return new RunFailure(
    'upstream_paging',
    `Cianbox ${what}. No se dio de baja ningún producto. Probá de nuevo en unos minutos y, si sigue, avisale a Cianbox.`,
  )
}

/**
 * A proof that the pass was whole failed: what the source showed does not add up, or could not be
 * confirmed. `what` completes «Cianbox …».
 */
export function incompletePass(what: string): RunFailure {
  return new RunFailure(
    'incomplete_pass',
    `Cianbox ${what}, así que no se puede asegurar que se vieron todos los productos. No se dio de baja ninguno más. Probá de nuevo en unos minutos y, si sigue, avisale a Cianbox.`,
  )
}

/** The client's kinds of error as a run's codes. */
export const CODE_OF_KIND: Readonly<Record<CianboxErrorKind, RunErrorCode>> = {
  auth: 'upstream_auth',
  account: 'upstream_account',
  forbidden: 'upstream_forbidden',
  unreachable: 'upstream_unreachable',
  timeout: 'upstream_timeout',
  rate_limited: 'upstream_rate_limited',
  server_error: 'upstream_server_error',
  invalid_response: 'upstream_invalid_response',
  too_large: 'upstream_too_large',
  bad_request: 'upstream_invalid_response',
  aborted: 'internal',
}
