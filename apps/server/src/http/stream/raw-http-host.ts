import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics.js'
import { answerError, type UnexpectedErrorLog } from '../problem.js'
import { logRequest, requestId } from '../request-log.js'

/**
 * Serves one request without Express, whose 200 is a stream. `route` is its pattern, for the metrics;
 * `handle` is given the headers that its answer has to carry, may add to them, and may throw what a
 * route may throw.
 */
export type ServeRaw = (
  req: IncomingMessage,
  res: ServerResponse,
  route: string,
  handle: (headers: OutgoingHttpHeaders) => Promise<void>,
) => void

/**
 * What the application does around a request, for those that do not pass through it: a request id,
 * security headers, one line in the log, metrics, and errors as problems. All of it together hangs a
 * single listener on the response, for these are the requests that stay open for hours.
 */
export function createRawHttpHost(deps: {
  log: Logger
  metrics: Pick<Metrics, 'count'>
  onUnexpectedError: UnexpectedErrorLog
}): ServeRaw {
  const { log, metrics, onUnexpectedError } = deps
  return (req, res, route, handle) => {
    const id = requestId(req)
    const from = performance.now()
    const method = req.method ?? ''
    const headers = { ...SECURITY_HEADERS, 'X-Request-Id': id }
    res.on('close', () => {
      const ms = performance.now() - from
      logRequest(log, { id, req, res, ms })
      const { statusCode: status, writableFinished: isAnswered } = res
      if (isAnswered && status !== 200) metrics.count({ method, route, status, seconds: ms / 1000 })
    })
    handle(headers).catch((error: unknown) => {
      answerError(res, error, (cause) => onUnexpectedError(cause, { method, route }), headers)
    })
  }
}

/**
 * Of what Helmet sets the part that means something for an answer that is no page. A response keeps
 * its head for as long as it is open, which for ten thousand streams makes every line count.
 */
const SECURITY_HEADERS = {
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
}
