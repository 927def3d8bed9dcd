import { CianboxError } from '@espejo/cianbox'
import type { RunErrorCode } from '@espejo/contract'
import { RUN_CODE_OF_KIND } from '../connections/run-error-codes.js'
import { UnsealError } from '../connections/secrets.js'

/** The run ends with this error, which an operator can act on. */
export class RunFailure extends Error {
  override name = 'RunFailure'
  readonly code: RunErrorCode
  /** @param message a sentence in Spanish for the operator */
  constructor(code: RunErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The pages contradict each other: they repeat, do not join, or never end. @param what completes «Cianbox …» */
export function pagingError(what: string): RunFailure {
  return new RunFailure(
    'upstream_paging',
    `Cianbox ${what}. No se dio de baja ningún producto. Probá de nuevo en unos minutos y, si sigue, avisale a Cianbox.`,
  )
}

/**
 * The pass could not be proved whole.
 * @param what completes «Cianbox …»
 */
export function incompletePass(what: string): RunFailure {
  return new RunFailure(
    'incomplete_pass',
    `Cianbox ${what}, así que no se puede asegurar que se vieron todos los productos. No se dio de baja ninguno más. Probá de nuevo en unos minutos y, si sigue, avisale a Cianbox.`,
  )
}

/** The run's ending for an error; null for an internal error, after which another worker retries. */
export function failureOf(error: unknown): RunFailure | null {
  if (error instanceof RunFailure) return error
  if (error instanceof UnsealError) {
    return new RunFailure(
      'connection_unreadable',
      'La contraseña guardada no se puede leer con la clave actual del servidor. Escribila de nuevo en Conexión.',
      { cause: error },
    )
  }
  if (error instanceof CianboxError) {
    return new RunFailure(RUN_CODE_OF_KIND[error.kind], error.operatorMessage, { cause: error })
  }
  return null
}
