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
