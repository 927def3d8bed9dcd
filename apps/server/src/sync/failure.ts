import { CianboxError } from '@espejo/cianbox'
import type { RunErrorCode } from '@espejo/contract'
import { RUN_CODE_OF_KIND } from '../connections/run-error-codes.js'
import { UnsealError } from '../secrets.js'

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

/** The run's ending for an error; null when it is ours and trying again may help. */
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
