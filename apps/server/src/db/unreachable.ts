/**
 * Whether a query failed because the database is away (stopped, starting, failing over, not reached in time) or has no
 * free connection, so that the same query may succeed later.
 */
export function isDatabaseUnreachable(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.length > 0)
    return isDatabaseUnreachable(error.errors[0])
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string') return AWAY_CODES.test(error.code)
  return DRIVER_MESSAGES.test(error.message)
}

/**
 * SQLSTATEs: class 08 (connection), shutdown, crash, starting; too many connections; read-only (a standby that was
 * the primary). And the codes of Node's sockets.
 */
const AWAY_CODES =
  /^(08...|57P0[1-5]|53300|25006|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/

/** The errors of `pg` and `pg-pool` without a code. */
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed)/
