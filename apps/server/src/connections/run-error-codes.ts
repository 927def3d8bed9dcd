import type { CianboxErrorKind } from '@espejo/cianbox'
import type { RunErrorCode } from '@espejo/contract'

/**
 * Maps the ERP client's error kinds to the codes of runs, connection tests and HTTP responses. For `aborted` this is
 * a fallback: code that aborts a request handles its reason itself.
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
