import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { type HttpLogger, pinoHttp } from 'pino-http'

/**
 * One line for each request: method, path, status, time and an id, which the answer carries too as
 * `X-Request-Id`. Neither headers nor query strings are logged: sessions, tickets and what people
 * search for travel there.
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
    // What went wrong inside is logged once, with its cause, by the error handler.
    customErrorObject: (_req, _res, _error, fields: { err?: unknown }) => {
      const { err: _, ...rest } = fields
      return rest
    },
    customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'warn' : 'info'),
    autoLogging: { ignore: (req) => req.url === '/healthz' || req.url === '/readyz' },
  })
}

/** The caller's own id of its request, where it is one, or else a new one. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
}

/** The same line, of the same form, for a request that never passed through {@link createRequestLog}. */
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

/** The path alone, and of the one path that is itself a secret, only its beginning. */
function loggedPath(url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  return path.replace(/(\/webhooks\/cianbox\/).+/i, '$1[oculto]')
}
