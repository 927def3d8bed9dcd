import { randomUUID } from 'node:crypto'
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
      const given = req.headers['x-request-id']
      const id = typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
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

/** The path alone, and of the one path that is itself a secret, only its beginning. */
function loggedPath(url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  return path.replace(/(\/webhooks\/cianbox\/).+/i, '$1[oculto]')
}
