import type { CianboxErrorKind } from '@espejo/cianbox'
import type { RunErrorCode } from '@espejo/contract'

/**
 * The client's kinds of error as the codes that runs, connection tests and answers use. `aborted` is the
 * caller's own doing: who aborts says why before this is asked.
 */
export const RUN_CODE_OF_KIND: Readonly<Record<CianboxErrorKind, RunErrorCode>> = {
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
