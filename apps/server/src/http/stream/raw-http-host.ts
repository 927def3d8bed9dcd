import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics.js'
import { answerError, type UnexpectedErrorLog } from '../problem.js'
import { logRequest, requestId } from '../request-log.js'

/**
 * Serves one request without Express; its 200 is a stream. `route` is the pattern of the route, for the
 * metrics. `handle` gets the headers that the answer must have, may add to them, and may throw an
 * `HttpProblem`.
 */
export type ServeRaw = (
  req: IncomingMessage,
  res: ServerResponse,
  route: string,
  handle: (headers: OutgoingHttpHeaders) => Promise<void>,
) => void

/**
 * Does for requests that do not pass through Express what `createApp` does with middleware: request id,
 * security headers, one line in the log, metrics, and errors as problems. It uses only one listener on
 * the response, to save memory, because these requests stay open for hours.
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
 * Those of Helmet's headers that have an effect on an answer that is not a page. Node keeps the headers
 * of a response as long as it is open, so each one takes memory in ten thousand streams.
 */
const SECURITY_HEADERS = {
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
}
