import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { type HttpLogger, pinoHttp } from 'pino-http'

/**
 * Logs one line for each request: method, path, status, time and an id, which is also in the answer's
 * `X-Request-Id`. Headers and query strings are not logged, because they contain sessions, tickets and
 * searches.
 */
export function createRequestLog(log: Logger): HttpLogger {
  return pinoHttp({
    logger: log,
    genReqId(req, res) {
      const id = requestId(req)
      res.setHeader('X-Request-Id', id)
      return id
    },
    serializers: {
      req: (req: { id: unknown; method: string; url: string }) => ({
        id: req.id,
        method: req.method,
        path: loggedPath(req.url),
      }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
    // The error handler has logged the error, with its cause.
    customErrorObject: (_req, _res, _error, fields: { err?: unknown }) => {
      const { err: _, ...rest } = fields
      return rest
    },
    customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'warn' : 'info'),
    autoLogging: { ignore: (req) => req.url === '/healthz' || req.url === '/readyz' },
  })
}

/** The `X-Request-Id` of the request if it has a valid one, else a new id. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
}

/** Logs the same line for a request that did not pass through {@link createRequestLog}. */
export function logRequest(
  log: Logger,
  { id, req, res, ms }: { id: string; req: IncomingMessage; res: ServerResponse; ms: number },
): void {
  const isError = res.statusCode >= 500
  log[isError ? 'warn' : 'info'](
    {
      req: { id, method: req.method, path: loggedPath(req.url ?? '') },
      res: { status: res.statusCode },
      responseTime: Math.round(ms),
    },
    isError ? 'request errored' : 'request completed',
  )
}

/** The path without the query; for a webhook's path, which is a secret, only the beginning. */
function loggedPath(url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  return path.replace(/(\/webhooks\/cianbox\/).+/i, '$1[oculto]')
}
