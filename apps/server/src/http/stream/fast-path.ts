import type { IncomingMessage } from 'node:http'
import { parse } from 'node:querystring'
import type { FastPath } from '../app.js'
import type { ServeRaw } from './raw-http-host.js'
import { releaseRawRequest } from './release-request.js'
import {
  createStreamHandlers,
  EVENT_STREAM,
  EVENTS_ROUTE,
  START_ROUTE,
  type StreamDeps,
} from './stream-handlers.js'

/**
 * Serves the two streams without Express (see `docs/adr/0009-stream-fast-path.md`), with the same
 * handlers as the router. It takes only unambiguous requests: a GET of the documented path that accepts a
 * stream. The router serves all others, with the same answers at a higher cost.
 *
 * @param base the path that the API is mounted at, `/api`
 */
export function createFastPath(base: string, deps: StreamDeps<IncomingMessage>, serve: ServeRaw): FastPath {
  const { start, watch } = createStreamHandlers(deps)
  const startPath = base + START_ROUTE
  const [beforeId = '', afterId = ''] = (base + EVENTS_ROUTE).split(':id')

  /** The run to be watched; null for the starting route, undefined for any other path. */
  function runOf(path: string): string | null | undefined {
    if (path === startPath) return null
    if (!path.startsWith(beforeId) || !path.endsWith(afterId)) return undefined
    const runId = path.slice(beforeId.length, -afterId.length)
    return /^[a-z0-9]+$/.test(runId) ? runId : undefined
  }

  return (req, res) => {
    const { url = '' } = req
    const mark = url.indexOf('?')
    const runId = runOf(mark < 0 ? url : url.slice(0, mark))
    if (runId === undefined || !isUnambiguous(req)) return false
    const query = mark < 0 ? NO_QUERY : parse(url.slice(mark + 1))
    const route = base + (runId === null ? START_ROUTE : EVENTS_ROUTE)
    serve(req, res, route, async (headers) => {
      if (runId !== null) headers.Vary = 'Accept'
      const call = { req, res, query, hostname: hostnameOf(req), headers }
      await (runId === null ? start(call) : watch(call, runId))
      releaseRawRequest(req, res)
    })
    return true
  }
}

const NO_QUERY = {}

/** Whether method, `Accept` and host need no interpretation: no quality values, no trusted proxies. */
function isUnambiguous({ method, headers }: IncomingMessage): boolean {
  const { accept = EVENT_STREAM, host, 'x-forwarded-host': forwardedHost = host } = headers
  return method === 'GET' && (accept === EVENT_STREAM || accept === '*/*') && forwardedHost === host
}

/** The `Host` without its port, also for an IPv6 address in brackets. */
function hostnameOf({ headers: { host = '' } }: IncomingMessage): string {
  return host.replace(/:\d*$/, '')
}
